import { cancelled } from '../../shared/errors.ts';

/** Runs one task at a time and keeps one waiting: a newer task takes the place of the waiting one, which is `cancelled`. */
export class LatestOnly {
  #running = false;
  #waiting: { start(): void; drop(): void } | null = null;

  async run<T>(task: () => Promise<T>, signal: AbortSignal): Promise<T> {
    if (this.#running) await this.#turn(signal);
    this.#running = true;
    try {
      if (signal.aborted) throw cancelled();
      return await task();
    } finally {
      // the next task takes over without a gap in which a third could start
      const next = this.#waiting;
      this.#waiting = null;
      this.#running = next !== null;
      next?.start();
    }
  }

  /** Resolves when it is this task's turn. */
  #turn(signal: AbortSignal): Promise<void> {
    this.#waiting?.drop();
    return new Promise((resolve, reject) => {
      const own = { start: resolve, drop: () => reject(cancelled()) };
      this.#waiting = own;
      signal.addEventListener('abort', () => {
        if (this.#waiting !== own) return;
        this.#waiting = null;
        own.drop();
      });
    });
  }
}
