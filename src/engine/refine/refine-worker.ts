import { parentPort, workerData } from 'node:worker_threads';
import { toErrorPayload } from '../../shared/errors.ts';
import { refine } from './refine.ts';
import type { FromRefineWorker, RefineTask } from './worker-protocol.ts';

const port = parentPort;
if (!port) throw new Error('refine-worker runs in a worker thread: use startRefinement.');
const { input, iterations } = workerData as RefineTask;
const controller = new AbortController();
port.on('message', () => controller.abort());

function post(message: FromRefineWorker, transfer: ArrayBuffer[]): void {
  port?.postMessage(message, transfer);
}

refine(input, {
  iterations,
  signal: controller.signal,
  onProgress: (update) => post({ kind: 'progress', update }, [update.offsets.buffer as ArrayBuffer]),
})
  .then(
    (outcome) => post({ kind: 'done', outcome }, [outcome.offsets.buffer as ArrayBuffer]),
    (error: unknown) => post({ kind: 'failed', error: toErrorPayload(error) }, []),
  )
  .finally(() => port.close());
