/** How a `latestWins` requester does its work. */
export interface LatestWinsOptions<Key, Value> {
  run(key: Key, signal: AbortSignal): Promise<Value>;
  /** True when the two keys ask for the same thing. */
  same(a: Key, b: Key): boolean;
  onValue(value: Value, key: Key): void;
  /** Not called for what was dropped. */
  onError(error: unknown, key: Key): void;
}

export interface LatestWins<Key> {
  /** Asks for `key`. While another request is under way only the newest of those that follow is kept. */
  request(key: Key): void;
  /** Drops what waits and what is under way: its answer will be ignored, and the next request starts at once. */
  drop(): void;
}

/**
 * At most one request under way, never a queue: an answer that a newer request has followed is still delivered (it is
 * the picture between two positions of a slider), then the newest is asked for, and all between are forgotten.
 */
export function latestWins<Key, Value>(options: LatestWinsOptions<Key, Value>): LatestWins<Key> {
  let running: { key: Key; controller: AbortController } | null = null;
  let waiting: { key: Key } | null = null;
  let last: { key: Key } | null = null;

  const start = (key: Key) => {
    const mine = { key, controller: new AbortController() };
    running = mine;
    waiting = null;
    options
      .run(key, mine.controller.signal)
      .then(
        (value) => {
          if (running !== mine) return;
          last = { key };
          options.onValue(value, key);
        },
        (error: unknown) => {
          if (running !== mine) return;
          last = null;
          options.onError(error, key);
        },
      )
      .finally(() => {
        if (running !== mine) return;
        running = null;
        if (waiting) start(waiting.key);
      });
  };

  return {
    request(key) {
      if (running) {
        waiting = options.same(running.key, key) ? null : { key };
      } else if (!last || !options.same(last.key, key)) {
        start(key);
      }
    },
    drop() {
      running?.controller.abort();
      running = null;
      waiting = null;
      last = null;
    },
  };
}
