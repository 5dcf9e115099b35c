import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installTestNeeds } from './install-test-needs.ts';
import { run } from './run.ts';
import { type Counts, noTests, plus, pytestCounts, vitestCounts } from './test-counts.ts';

/** `npm test`: everything, fast first; ends at the first step that fails and prints how many tests ran. */
const root = fileURLToPath(new URL('..', import.meta.url));
process.chdir(root);
const reports = mkdtempSync(join(tmpdir(), 'turnaround-test-'));
let counts: Counts = noTests;

async function step(title: string, command: string, args: string[], report?: () => Counts): Promise<void> {
  const start = Date.now();
  console.log(`\n== ${title}`);
  const code = await run(command, args);
  if (report) counts = plus(counts, report());
  console.log(
    `== ${title}: ${code === 0 ? 'passed' : 'FAILED'} in ${((Date.now() - start) / 1000).toFixed(0)} s`,
  );
  if (code !== 0) finish(code);
}

function finish(code: number): never {
  rmSync(reports, { recursive: true, force: true });
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exit(code);
}

async function vitest(project: string): Promise<void> {
  const file = join(reports, `${project}.json`);
  const args = [
    'vitest',
    'run',
    '--project',
    project,
    '--reporter=default',
    '--reporter=json',
    `--outputFile=${file}`,
  ];
  await step(`${project} tests`, 'npx', args, () =>
    existsSync(file) ? vitestCounts(readFileSync(file, 'utf8')) : { ...noTests, failed: 1 },
  );
}

async function pytest(): Promise<void> {
  const file = join(reports, 'training.xml');
  await step('training tests', 'bash', ['training/test.sh', `--junit-xml=${file}`], () =>
    existsSync(file) ? pytestCounts(readFileSync(file, 'utf8')) : { ...noTests, failed: 1 },
  );
}

await installTestNeeds();
await step('types', 'npx', ['tsc', '--noEmit']);
await step('lint', 'npx', ['biome', 'check', '.']);
await vitest('unit');
await step('page', 'npx', ['vite', 'build', '--config', 'vite.renderer.config.ts', '--logLevel', 'warn']);
await vitest('e2e');
await pytest();
finish(0);
