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
  | {
      kind: 'backward';
      id: number;
      picture: PictureGradient;
      /** zeros, of each worker its own */
      own: Gradients[];
      /** where they are summed up, as far as that is shared memory */
      sum: Partial<Gradients>;
    };

/** Places of `control`: jobs given out, workers that have ended theirs, threads at the barrier, jobs that failed. */
export const slots = { given: 0, ended: 1, arrived: 2, failed: 3 } as const;
/** Milliseconds; a job that takes longer than this is taken for lost. */
export const patienceMs = 20_000;

/** For so long a thread looks again and again before it sleeps: waking one takes about as long. */
const spinMs = 0.1;

/** Waits until `control[slot]` has reached `value`; false when it doesn't within `patience`. */
export function waitFor(control: Int32Array, slot: number, value: number, patience = patienceMs): boolean {
  const start = performance.now();
  for (let seen = Atomics.load(control, slot); seen < value; seen = Atomics.load(control, slot)) {
    const waited = performance.now() - start;
    if (waited > patience) return false;
    if (waited > spinMs) Atomics.wait(control, slot, seen, patience - waited);
  }
  return true;
}

export function count(control: Int32Array, slot: number): void {
  Atomics.add(control, slot, 1);
  Atomics.notify(control, slot);
}

/** Waits until all threads have come here, for the `round`-th time in this job. */
export function meet(control: Int32Array, threads: number, round: number): void {
  count(control, slots.arrived);
  if (!waitFor(control, slots.arrived, round * threads)) throw new Error('render: a thread was lost.');
}
