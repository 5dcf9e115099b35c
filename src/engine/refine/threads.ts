import type { Worker } from 'node:worker_threads';
import { cancelled, fromErrorPayload, StudioError, toErrorPayload } from '../../shared/errors.ts';
import type { Template } from '../../shared/template.ts';
import { spawnWorker } from '../workers/spawn.ts';
import { finalLook, fitInput } from './crops.ts';
import type { MaskCrop } from './target.ts';
import type { RefineInput, RefineOptions, RefineOutcome } from './types.ts';
import type { FromRefineWorker, ToRefineWorker } from './worker-protocol.ts';

/**
 * `refine` in threads of their own, so that the caller's event loop never waits. A thread that has refined stays for the next
 * refinement, which then begins at once; of several at the same time each has its own, and one of them stays. Idle threads
 * don't keep the process alive. `entry` is another worker for tests.
 */
export class RefineThreads {
  readonly #entry: URL;
  readonly #given = new WeakMap<Worker, Template>();
  #idle: Worker | null = null;
  #closed = false;

  constructor(entry: URL = new URL('./refine-worker.ts', import.meta.url)) {
    this.#entry = entry;
  }

  /** Does a thread wait for the next refinement? */
  get waiting(): boolean {
    return this.#idle !== null;
  }

  /** Makes a thread ready, in the background, if none waits: its code loaded and compiled on a rehearsal with the template. */
  warm(template: Template): void {
    if (this.#idle || this.#closed) return;
    const worker = this.#spawn();
    this.#give(worker, template);
    post(worker, { kind: 'rehearse' });
    this.#keep(worker);
  }

  /**
   * The signal ends it with the best so far. Beside the errors of `refine` it rejects with `worker-lost` when the thread dies;
   * the next refinement then has another.
   */
  async refine(
    input: RefineInput,
    { iterations, signal, onProgress }: RefineOptions,
  ): Promise<RefineOutcome> {
    if (signal?.aborted) throw cancelled();
    const { template, ...sent } = fitInput(input, iterations);
    const worker = this.#idle ?? this.#spawn();
    this.#idle = null;
    worker.ref();
    const cancel = () => post(worker, { kind: 'cancel' });
    signal?.addEventListener('abort', cancel, { once: true });
    let crash: Error | undefined;
    try {
      return await new Promise<RefineOutcome>((resolve, reject) => {
        worker.on('message', (message: FromRefineWorker) => {
          if (message.kind === 'progress') onProgress?.(message.update);
          else if (message.kind === 'fitted') void answerLook(worker, input);
          else if (message.kind === 'done') resolve(message.outcome);
          else reject(fromErrorPayload(message.error));
        });
        worker.on('error', (error) => {
          crash = error instanceof Error ? error : new Error(String(error));
        });
        worker.on('exit', () => reject(lost(crash)));
        this.#give(worker, template);
        post(worker, { kind: 'refine', input: sent, iterations }, buffersOf(sent.views));
      });
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.#keep(worker);
    }
  }

  /** Ends the thread that waits. Refinements under way end by their signals, and their threads with them. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#idle?.terminate();
    this.#idle = null;
  }

  #spawn(): Worker {
    return spawnWorker(this.#entry, { name: 'turnaround-refine' });
  }

  /** A template is given to a thread once. */
  #give(worker: Worker, template: Template): void {
    if (this.#given.get(worker) === template) return;
    this.#given.set(worker, template);
    post(worker, { kind: 'template', template });
  }

  /** Keeps a thread for the next refinement, or ends it where one waits already. A dead one is of no use to either. */
  #keep(worker: Worker): void {
    // all at once would also take what Node itself listens to
    for (const event of ['message', 'error', 'exit']) worker.removeAllListeners(event);
    // a crash is no news to anyone while the thread waits
    worker.on('error', () => {});
    if (this.#idle || this.#closed || worker.threadId < 0) {
      void worker.terminate();
      return;
    }
    worker.on('exit', () => {
      if (this.#idle === worker) this.#idle = null;
    });
    worker.unref();
    this.#idle = worker;
  }
}

/** Every crop is made for the thread alone and needn't be copied. */
function buffersOf(views: readonly { outline: MaskCrop; colours?: Float32Array }[]): ArrayBuffer[] {
  return views.flatMap(({ outline, colours }) =>
    [outline.mask, outline.valid, ...(colours ? [colours] : [])].map(({ buffer }) => buffer as ArrayBuffer),
  );
}

function post(worker: Worker, message: ToRefineWorker, transfer: ArrayBuffer[] = []): void {
  worker.postMessage(message, transfer);
}

async function answerLook(worker: Worker, input: RefineInput): Promise<void> {
  try {
    const look = await finalLook(input);
    post(worker, { kind: 'look', look }, buffersOf(look.views));
  } catch (error) {
    post(worker, { kind: 'unseen', error: toErrorPayload(error) });
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
