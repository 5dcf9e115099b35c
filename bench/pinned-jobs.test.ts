import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { runPinned } from './pinned-jobs.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'turnaround-jobs-'));
});
afterEach(() => rm(folder, { recursive: true }));

const linux = it.skipIf(process.platform !== 'linux');
const count = Math.min(2, availableParallelism());
const never = new AbortController().signal;

async function script(text: string): Promise<string[]> {
  const file = join(folder, 'job.mjs');
  await writeFile(file, text);
  return [process.execPath, file, folder];
}

linux('runs every job on a core of its own', async () => {
  const command = await script(`
    import { writeFileSync } from 'node:fs';
    import { availableParallelism } from 'node:os';
    const [, , folder, ...rest] = process.argv;
    writeFileSync(folder + '/' + rest.join(''), String(availableParallelism()));`);
  const say = vi.fn();
  await runPinned(command, count, never, say);
  const cores = await Promise.all(
    Array.from({ length: count }, (_, k) => readFile(join(folder, `--worker${k}`), 'utf8')),
  );
  expect(cores).toEqual(cores.map(() => '1'));
  expect(say).not.toHaveBeenCalled();
});

linux('says which failed, and ends all when it is told to', async () => {
  const say = vi.fn();
  await runPinned(await script("process.exit(process.argv.at(-1) === '0' ? 3 : 0)"), count, never, say);
  expect(say.mock.calls).toEqual([['Job 0 ended with 3.']]);

  const stop = new AbortController();
  const endless = await script(`
    import { writeFileSync } from 'node:fs';
    writeFileSync(process.argv[2] + '/running' + process.argv.at(-1), '');
    setInterval(() => {}, 1000);`);
  const running = runPinned(endless, count, stop.signal, say);
  const begun = async () => (await readdir(folder)).filter((name) => name.startsWith('running'));
  await expect.poll(begun, { timeout: 30_000 }).toHaveLength(count);
  stop.abort();
  await running;
  expect(say).toHaveBeenCalledTimes(1);
});
