import type { BufferSizes, Buffers, pictureNames } from './buffers.ts';
import type { Gradients } from './gradients.ts';
import type { PictureGradient } from './render.ts';
import type { Scene } from './types.ts';

/** What a worker is started with. */
export interface BandWorkerData {
  control: Int32Array;
  /** its own number, 1..threads - 1; the calling thread is 0 */
  index: number;
  threads: number;
}

export type SharedPictures = Pick<Buffers, (typeof pictureNames)[number]>;

export type Job =
  | {
      kind: 'render';
      /** names the buffers; `forget` those that are gone */
      id: number;
      forget: number[];
      scene: Scene;
      sizes: Required<BufferSizes>;
      pictures: SharedPictures;
    }
  | { kind: 'backward'; id: number; picture: PictureGradient; gradients: Gradients }
  | { kind: 'close' };

/** Places of `control`: jobs given out, workers that have ended theirs, threads at the barrier, jobs that failed. */
export const slots = { given: 0, ended: 1, arrived: 2, failed: 3 } as const;
/** A job that takes longer than this is taken for lost. */
export const patienceMs = 20_000;

/** Waits until `control[slot]` has reached `value`; false when it doesn't in time. */
export function waitFor(control: Int32Array, slot: number, value: number): boolean {
  const end = performance.now() + patienceMs;
  for (let seen = Atomics.load(control, slot); seen < value; seen = Atomics.load(control, slot)) {
    const left = end - performance.now();
    if (left <= 0) return false;
    Atomics.wait(control, slot, seen, left);
  }
  return true;
}

export function count(control: Int32Array, slot: number): void {
  Atomics.add(control, slot, 1);
  Atomics.notify(control, slot);
}
