import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { StudioError } from '../../shared/errors.ts';

const registerTsx = new URL('./register-tsx.mjs', import.meta.url);

export type SpawnOptions = Pick<WorkerOptions, 'workerData' | 'transferList' | 'name'>;

/**
 * Starts a worker thread from its TypeScript entry: `spawnWorker(new URL('./refine-worker.ts', import.meta.url))`.
 * From a clone the entry runs through tsx; in a bundle, where the entry has become NAME.js beside the bundle or one
 * folder above its chunks, that file runs. Names of entries are therefore unique in the whole engine.
 */
export function spawnWorker(entry: URL, options: SpawnOptions = {}): Worker {
  const { path, execArgv } = runnable(entry);
  return new Worker(path, { ...options, ...(execArgv.length > 0 ? { execArgv } : {}) });
}

/**
 * Starts a process of its own from an entry, found as for spawnWorker; it talks by `process.send`. Its output is dropped:
 * what native libraries print is of no use to who started Turnaround.
 */
export function forkProcess(entry: URL, args: readonly string[]): ChildProcess {
  const { path, execArgv } = runnable(entry);
  return fork(path, args, { execArgv, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
}

function runnable(entry: URL): { path: string; execArgv: string[] } {
  const path = fileURLToPath(entry);
  if (path.endsWith('.ts') && existsSync(path)) return { path, execArgv: ['--import', registerTsx.href] };
  return { path: bundledEntry(path), execArgv: [] };
}

function bundledEntry(path: string): string {
  const file = `${basename(path).replace(/\.[^.]*$/, '')}.js`;
  const folder = dirname(path);
  const found = [join(folder, file), join(folder, '..', file)].find((candidate) => existsSync(candidate));
  if (found) return found;
  throw new StudioError(
    'worker-lost',
    `The worker ${file} is missing beside ${folder}.`,
    'Build or install Turnaround again.',
  );
}
