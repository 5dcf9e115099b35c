import { setImmediate } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { toErrorPayload } from '../../shared/errors.ts';
import type { Template } from '../../shared/template.ts';
import { collectGarbage } from '../workers/collect-garbage.ts';
import { refine } from './refine.ts';
import { rehearse } from './rehearse.ts';
import type { RefineInput } from './types.ts';
import type { FromRefineWorker, ToRefineWorker } from './worker-protocol.ts';

const port = parentPort;
if (!port) throw new Error('refine-worker runs in a worker thread: use RefineThreads.');
let controller = new AbortController();
let working: Promise<void> = Promise.resolve();
let template: Template | undefined;

function post(message: FromRefineWorker, transfer: ArrayBuffer[]): void {
  port?.postMessage(message, transfer);
}

/** Works for the newest message alone: what it finds under way is ended first. */
function begin(work: (signal: AbortSignal) => Promise<void>): void {
  controller.abort();
  controller = new AbortController();
  const { signal } = controller;
  working = working
    .then(() => work(signal))
    .then(() => setImmediate())
    .then(collectGarbage);
}

port.on('message', (message: ToRefineWorker) => {
  if (message.kind === 'template') template = message.template;
  else if (message.kind === 'cancel') controller.abort();
  else if (!template) throw new Error('refine-worker was asked to work before it had a template.');
  else begin(work(template, message));
});

function work(
  own: Template,
  message: Extract<ToRefineWorker, { kind: 'rehearse' | 'refine' }>,
): (signal: AbortSignal) => Promise<void> {
  if (message.kind === 'rehearse') return (signal) => rehearse(own, signal).catch(() => {});
  const { input, iterations } = message;
  return (signal) => answer({ ...input, template: own }, iterations, signal);
}

async function answer(input: RefineInput, iterations: number, signal: AbortSignal): Promise<void> {
  try {
    const outcome = await refine(input, {
      iterations,
      signal,
      onProgress: (update) => post({ kind: 'progress', update }, [update.offsets.buffer as ArrayBuffer]),
    });
    post({ kind: 'done', outcome }, [outcome.offsets.buffer as ArrayBuffer]);
  } catch (error) {
    post({ kind: 'failed', error: toErrorPayload(error) }, []);
  }
}
