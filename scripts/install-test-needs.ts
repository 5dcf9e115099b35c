import { existsSync } from 'node:fs';
import { run } from './run.ts';

/** Debian packages that the tests need, each with a file that shows it is there. */
const needs = [
  { name: 'chromium', file: '/usr/bin/chromium' },
  { name: 'python3-torch', file: '/usr/lib/python3/dist-packages/torch/__init__.py' },
  { name: 'python3-scipy', file: '/usr/lib/python3/dist-packages/scipy/__init__.py' },
  { name: 'python3-pil', file: '/usr/lib/python3/dist-packages/PIL/__init__.py' },
  { name: 'python3-pytest', file: '/usr/lib/python3/dist-packages/pytest/__init__.py' },
  { name: 'python3-venv', file: '/usr/share/doc/python3-venv' },
  { name: 'libopenblas0', file: '/usr/share/doc/libopenblas0' },
];

/** Installs what is missing on a Debian machine where we are root; elsewhere says what to install and ends. */
export async function installTestNeeds(): Promise<void> {
  const missing = needs.filter((need) => !existsSync(need.file)).map((need) => need.name);
  if (missing.length === 0) return;
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
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
