import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { StudioError } from '../../shared/errors.ts';
import { spawnWorker } from './spawn.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turnaround-spawn-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('runs a TypeScript entry from source, whatever the working directory', async () => {
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const entry = join(folder, 'echo.ts');
  writeFileSync(
    entry,
    `import { parentPort, workerData } from 'node:worker_threads';
     const twice = (n: number): number => 2 * n;
     parentPort?.postMessage(twice(workerData as number));`,
  );
  const worker = spawnWorker(pathToFileURL(entry), { workerData: 21 });
  const [answer] = await once(worker, 'message');
  expect(answer).toBe(42);
  await worker.terminate();
});

test('runs the bundled NAME.js from the folder above a chunk when the source is not there', async () => {
  await mkdir(join(folder, 'chunks'));
  writeFileSync(
    join(folder, 'echo.js'),
    `require('node:worker_threads').parentPort.postMessage('from the bundle');`,
  );
  const worker = spawnWorker(pathToFileURL(join(folder, 'chunks', 'echo.ts')));
  const [answer] = await once(worker, 'message');
  expect(answer).toBe('from the bundle');
  await worker.terminate();
});

test('names the missing file when neither is there', () => {
  expect(() => spawnWorker(pathToFileURL(join(folder, 'absent.ts')))).toThrow(StudioError);
  expect(() => spawnWorker(pathToFileURL(join(folder, 'absent.ts')))).toThrow(/absent\.js/);
});
