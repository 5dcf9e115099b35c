import { cancelled } from '../../shared/errors.ts';

/** Long tasks of one kind: starting one ends the one before, and closing ends them all. */
export class Newest {
  #running: { controller: AbortController; done: Promise<unknown> } | null = null;

  async run<T>(signal: AbortSignal, task: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const before = this.#running;
    const controller = new AbortController();
    const own = (async () => {
      before?.controller.abort();
      await before?.done.catch(() => {});
      const joined = AbortSignal.any([signal, controller.signal]);
      if (joined.aborted) throw cancelled();
      return task(joined);
    })();
    const entry = { controller, done: own };
    this.#running = entry;
    try {
      return await own;
    } finally {
      if (this.#running === entry) this.#running = null;
    }
  }

  /** Ends what is running and waits for its end. */
  async stop(): Promise<void> {
    this.#running?.controller.abort();
    await this.#running?.done.catch(() => {});
  }
}

/** Promise.all that waits until every task has ended before it rejects, so that none is still writing then. */
export async function allEnded<T extends readonly unknown[] | []>(
  tasks: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(tasks);
  return Promise.all(tasks);
}
