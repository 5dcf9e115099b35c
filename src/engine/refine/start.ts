import { cancelled, fromErrorPayload, StudioError } from '../../shared/errors.ts';
import { spawnWorker } from '../workers/spawn.ts';
import type { RefineInput, RefineOptions, RefineOutcome } from './types.ts';
import type { FromRefineWorker, RefineTask, ToRefineWorker } from './worker-protocol.ts';

/**
 * `refine` in a thread of its own, so that the caller's event loop never waits. The signal ends it with the best so far.
 * Beside the errors of `refine` it rejects with `worker-lost` when the thread dies. `entry` is another worker for tests.
 */
export async function startRefinement(
  input: RefineInput,
  options: RefineOptions,
  entry: URL = new URL('./refine-worker.ts', import.meta.url),
): Promise<RefineOutcome> {
  const { iterations, signal, onProgress } = options;
  if (signal?.aborted) throw cancelled();
  const task: RefineTask = { input, iterations };
  const worker = spawnWorker(entry, { workerData: task, name: 'turnaround-refine' });
  const cancel = () => {
    const message: ToRefineWorker = { kind: 'cancel' };
    worker.postMessage(message);
  };
  signal?.addEventListener('abort', cancel, { once: true });
  let crash: Error | undefined;
  try {
    return await new Promise<RefineOutcome>((resolve, reject) => {
      worker.on('message', (message: FromRefineWorker) => {
        if (message.kind === 'progress') onProgress?.(message.update);
        else if (message.kind === 'done') resolve(message.outcome);
        else reject(fromErrorPayload(message.error));
      });
      worker.on('error', (error) => {
        crash = error instanceof Error ? error : new Error(String(error));
      });
      worker.on('exit', () => reject(lost(crash)));
    });
  } finally {
    signal?.removeEventListener('abort', cancel);
    void worker.terminate();
  }
}

function lost(cause: Error | undefined): StudioError {
  return new StudioError(
    'worker-lost',
    `The refinement stopped${cause ? `: ${cause.message}` : ' unexpectedly'}.`,
    'The car is as it was; start the refinement again.',
    { cause },
  );
}
