import { spawnSync } from 'node:child_process';
import { run } from './run.ts';

/** Debian packages that the tests need beside Node. */
const needs = [
  'chromium',
  'python3-torch',
  'python3-scipy',
  'python3-pil',
  'python3-pytest',
  'python3-venv',
  'libopenblas0',
];

function installed(name: string): boolean {
  const { stdout } = spawnSync('dpkg-query', ['-W', '-f', '$' + '{db:Status-Status}', name], {
    encoding: 'utf8',
  });
  return stdout === 'installed';
}

/**
 * Installs what is missing on a Debian machine where we are root; where we aren't, says what to install and ends. On other
 * systems it can't know what is there: it says what the tests expect and lets them find out.
 */
export async function installTestNeeds(): Promise<void> {
  if (spawnSync('dpkg-query', ['--version']).error) {
    console.log(
      `Not a Debian machine: the tests expect what its ${needs.join(', ')} hold. TURNAROUND_CHROMIUM names the browser.`,
    );
    return;
  }
  const missing = needs.filter((name) => !installed(name));
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || spawnSync('apt-get', ['--version']).status !== 0) {
    throw new Error(
      `The tests need ${missing.join(', ')}. Install them (Debian: apt-get install) and run again.`,
    );
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const install = ['install', '-y', '-q', '--no-install-recommends', ...missing];
  if ((await run('apt-get', ['update', '-q'], env)) !== 0 || (await run('apt-get', install, env)) !== 0) {
    throw new Error(`apt-get could not install ${missing.join(', ')}.`);
  }
}
