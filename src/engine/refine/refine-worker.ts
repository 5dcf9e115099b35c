import { setImmediate } from 'node:timers/promises';
import { parentPort } from 'node:worker_threads';
import { fromErrorPayload, toErrorPayload } from '../../shared/errors.ts';
import type { Template } from '../../shared/template.ts';
import { collectGarbage } from '../workers/collect-garbage.ts';
import type { FinalLook, FitInput } from './crops.ts';
import { refineCrops } from './refine.ts';
import { rehearse } from './rehearse.ts';
import type { RefineUpdate } from './types.ts';
import type { FromRefineWorker, ToRefineWorker } from './worker-protocol.ts';

const port = parentPort;
if (!port) throw new Error('refine-worker runs in a worker thread: use RefineThreads.');
let controller = new AbortController();
let working: Promise<void> = Promise.resolve();
let template: Template | undefined;
let asked: { resolve(look: FinalLook): void; reject(reason: Error): void } | undefined;

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
  else if (message.kind === 'look') asked?.resolve(message.look);
  else if (message.kind === 'unseen') asked?.reject(fromErrorPayload(message.error));
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

function lookOutside(): Promise<FinalLook> {
  return new Promise((resolve, reject) => {
    asked = { resolve, reject };
    post({ kind: 'fitted' }, []);
  });
}

async function answer(input: FitInput, iterations: number, signal: AbortSignal): Promise<void> {
  try {
    const onProgress = (update: RefineUpdate) =>
      post({ kind: 'progress', update }, [update.offsets.buffer as ArrayBuffer]);
    const outcome = await refineCrops(input, { iterations, signal, onProgress }, lookOutside);
    post({ kind: 'done', outcome }, [outcome.offsets.buffer as ArrayBuffer]);
  } catch (error) {
    post({ kind: 'failed', error: toErrorPayload(error) }, []);
  }
}
