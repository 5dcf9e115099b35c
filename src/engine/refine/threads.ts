import type { Worker } from 'node:worker_threads';
import { cancelled, fromErrorPayload, StudioError } from '../../shared/errors.ts';
import type { Template } from '../../shared/template.ts';
import { spawnWorker } from '../workers/spawn.ts';
import type { RefineInput, RefineOptions, RefineOutcome } from './types.ts';
import type { FromRefineWorker, SentInput, ToRefineWorker } from './worker-protocol.ts';

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
    { template, ...input }: RefineInput,
    { iterations, signal, onProgress }: RefineOptions,
  ): Promise<RefineOutcome> {
    if (signal?.aborted) throw cancelled();
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
          else if (message.kind === 'done') resolve(message.outcome);
          else reject(fromErrorPayload(message.error));
        });
        worker.on('error', (error) => {
          crash = error instanceof Error ? error : new Error(String(error));
        });
        worker.on('exit', () => reject(lost(crash)));
        this.#give(worker, template);
        post(worker, { kind: 'refine', input: sharing(input), iterations });
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

/** The input with photos and masks in shared memory: copied once instead of twice on their way into the thread. */
function sharing(input: SentInput): SentInput {
  const views = input.views.map(({ photo, mask, ...view }) => ({
    ...view,
    photo: { ...photo, rgb: shared(photo.rgb) },
    mask: shared(mask),
  }));
  return { ...input, views };
}

function shared(pixels: Uint8Array): Uint8Array {
  const copy = new Uint8Array(new SharedArrayBuffer(pixels.length));
  copy.set(pixels);
  return copy;
}

function post(worker: Worker, message: ToRefineWorker): void {
  worker.postMessage(message);
}

function lost(cause: Error | undefined): StudioError {
  return new StudioError(
    'worker-lost',
    `The refinement stopped${cause ? `: ${cause.message}` : ' unexpectedly'}.`,
    'The car is as it was; start the refinement again.',
    { cause },
  );
}
