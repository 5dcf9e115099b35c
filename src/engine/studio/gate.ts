/** Lets many pieces of work in together, or one alone: sessions are not closed under a model that runs. */
export class Gate {
  #inside = 0;
  #alone: Promise<void> = Promise.resolve();
  #empty: (() => void) | null = null;

  /** Runs together with others; waits for work that was promised to be alone. */
  async shared<T>(work: () => Promise<T>): Promise<T> {
    for (let waited: Promise<void> | null = null; waited !== this.#alone; ) {
      waited = this.#alone;
      await waited;
    }
    this.#inside++;
    try {
      return await work();
    } finally {
      this.#inside--;
      if (this.#inside === 0) this.#empty?.();
    }
  }

  /** Waits for what is inside, then runs alone; what comes meanwhile waits. */
  exclusive<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#alone.then(async () => {
      if (this.#inside > 0) {
        await new Promise<void>((resolve) => {
          this.#empty = resolve;
        });
        this.#empty = null;
      }
      return work();
    });
    this.#alone = done.then(
      () => {},
      () => {},
    );
    return done;
  }
}
