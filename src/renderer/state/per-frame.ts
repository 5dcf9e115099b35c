export interface PerFrame<T> {
  add(value: T): void;
  /** Shows at once what has not been shown. */
  flush(): void;
}

/**
 * Hands over all that came since the last frame once before the next one is drawn, in order: what comes faster than it
 * can be shown costs one drawing, and never becomes a queue.
 */
export function perFrame<T>(show: (values: readonly T[]) => void): PerFrame<T> {
  let values: T[] = [];
  let frame: number | null = null;
  const flush = () => {
    if (frame === null) return;
    cancelAnimationFrame(frame);
    frame = null;
    const all = values;
    values = [];
    show(all);
  };
  return {
    add(value) {
      values.push(value);
      frame ??= requestAnimationFrame(flush);
    },
    flush,
  };
}
