import { constants, setPriority } from 'node:os';
import type { Provider } from '../../shared/studio-api.ts';
import { forkProcess } from '../workers/spawn.ts';
import type { Trial } from './providers.ts';

/** A provider that has not answered by then (milliseconds) is a software adapter or hangs: both are of no use. */
const patience = 30_000;

export interface TryApartOptions {
  /** ends the process */
  signal?: AbortSignal;
  /** milliseconds */
  limit?: number;
  /** another process, for tests */
  entry?: URL;
}

/**
 * Tries a provider in a throw-away process of low priority: a driver that crashes, hangs or writes to the terminal
 * does so there, and nothing waits for it. Never rejects: what goes wrong is the trial's reason.
 */
export function tryApart(
  modelsDir: string,
  provider: Provider,
  { signal, limit = patience, entry = new URL('./trial-worker.ts', import.meta.url) }: TryApartOptions = {},
): Promise<Trial> {
  return new Promise((resolve) => {
    const refuse = (reason: string) => resolve({ provider, milliseconds: null, reason });
    const closed = 'Turnaround was closed during its trial';
    if (signal?.aborted) return refuse(closed);
    const child = forkProcess(entry, [modelsDir, provider]);
    const end = (reason: string) => {
      refuse(reason);
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => end(`gave no picture within ${limit / 1000} s`), limit);
    const closing = () => end(closed);
    signal?.addEventListener('abort', closing);
    child.once('message', (trial) => resolve(trial as Trial));
    child.once('error', (error) => refuse(`its trial did not start: ${error.message}`));
    child.once('exit', (code, killer) => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', closing);
      refuse(`its trial ended with ${killer ?? `exit code ${code}`}`);
    });
    if (child.pid !== undefined) lowerPriority(child.pid);
  });
}

/** A trial must not take the cores from what the user does; where that can't be had it runs as it is. */
function lowerPriority(pid: number): void {
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {}
}
