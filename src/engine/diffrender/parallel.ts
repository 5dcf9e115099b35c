import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { spawnWorker } from '../workers/spawn.ts';
import { type Buffers, pictureNames } from './buffers.ts';
import { checkScene } from './check.ts';
import { drawBand } from './draw-band.ts';
import type { Gradients } from './gradients.ts';
import {
  type BandWorkerData,
  count,
  type Job,
  meet,
  type SharedPictures,
  slots,
  waitFor,
} from './parallel-protocol.ts';
import { backwardRows, type PictureGradient } from './render.ts';
import type { Renderer } from './renderer.ts';
import { addPart, partOf, sameSizes, sharedLike } from './sum-gradients.ts';
import type { Rows, Scene } from './types.ts';

export interface ParallelRenderer extends Renderer {
  /** Ends the threads. */
  close(): Promise<void>;
}

/**
 * Opens a renderer that cuts each picture into bands of rows, one for each of `threads` threads, the calling one among them, which
 * waits for the others: the same pictures as `render` draws, gradients that differ by the order of their sums alone (relative
 * 1e-9). Buffers need `shared: true`; arrays of the scene and of the pictures' gradients are handed over without a copy where
 * they are sharedNumbers, and gradients created with `shared` are summed up by all threads. Arrays of the scene must not
 * change between render and renderBackward. Worth it from about 2 ms a picture on: see fastestOf. Rejects where a thread
 * can't be started; where one is lost later, every call throws.
 */
export async function openParallelRenderer(threads: number): Promise<ParallelRenderer> {
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 64))
    throw new RangeError(`openParallelRenderer: ${threads} threads; 1 to 64 can be had.`);
  const control = new Int32Array(new SharedArrayBuffer(16));
  const workers = Array.from({ length: threads - 1 }, (_, k) => {
    const data: BandWorkerData = { control, index: k + 1, threads };
    return spawnWorker(new URL('./diffrender-worker.ts', import.meta.url), { workerData: data });
  });
  try {
    await Promise.all(workers.map((worker) => once(worker, 'message')));
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.terminate()));
    throw error;
  }
  for (const worker of workers) {
    worker.unref();
    worker.on('error', () => count(control, slots.failed));
  }
  return new Bands(control, workers);
}

interface Drawn {
  id: number;
  scene: Scene;
  rows: Rows;
  /** the other threads' gradients of the last backward pass, used again where they fit */
  gradients: Gradients[];
}

class Bands implements ParallelRenderer {
  readonly #drawn = new WeakMap<Buffers, Drawn>();
  readonly #gone: number[] = [];
  readonly #registry = new FinalizationRegistry<number>((id) => this.#gone.push(id));
  readonly #control: Int32Array;
  readonly #workers: readonly Worker[];
  #nextId = 0;

  constructor(control: Int32Array, workers: readonly Worker[]) {
    this.#control = control;
    this.#workers = workers;
  }

  render(scene: Scene, buffers: Buffers): void {
    checkScene(scene, buffers);
    if (!buffers.sizes.shared)
      throw new RangeError('render: threads need buffers created with shared: true.');
    let drawn = this.#drawn.get(buffers);
    if (!drawn) {
      drawn = { id: this.#nextId++, scene, rows: { from: 0, to: 0 }, gradients: [] };
      this.#drawn.set(buffers, drawn);
      this.#registry.register(buffers, drawn.id);
    }
    const pictures = Object.fromEntries(pictureNames.map((name) => [name, buffers[name]]));
    const job: Job = {
      kind: 'render',
      id: drawn.id,
      forget: this.#gone.splice(0),
      scene,
      sizes: buffers.sizes,
      pictures: pictures as unknown as SharedPictures,
    };
    this.#give(this.#workers.map(() => job));
    drawn.scene = scene;
    drawn.rows = drawBand(scene, buffers, this.#control, 0, this.#workers.length + 1);
    this.#await();
  }

  renderBackward(scene: Scene, buffers: Buffers, picture: PictureGradient, gradients: Gradients): void {
    const drawn = this.#drawn.get(buffers);
    if (drawn?.scene !== scene)
      throw new RangeError('renderBackward: this scene is not what was drawn last into these buffers.');
    const fits = drawn.gradients.every((own) => sameSizes(own, gradients));
    if (!fits || drawn.gradients.length === 0)
      drawn.gradients = this.#workers.map(() => sharedLike(gradients));
    const own = drawn.gradients;
    const threads = this.#workers.length + 1;
    const sum = partOf(gradients, true);
    const job: Job = { kind: 'backward', id: drawn.id, picture, own, sum };
    this.#give(this.#workers.map(() => job));
    backwardRows(scene, buffers, picture, gradients, drawn.rows);
    meet(this.#control, threads, 1);
    addPart(sum, own, 0, threads);
    addPart(partOf(gradients, false), own, 0, 1);
    meet(this.#control, threads, 2);
    this.#await();
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #give(jobs: readonly Job[]): void {
    this.#checkThreads();
    Atomics.store(this.#control, slots.ended, 0);
    Atomics.store(this.#control, slots.arrived, 0);
    jobs.forEach((job, k) => {
      this.#workers[k].postMessage(job);
    });
    count(this.#control, slots.given);
  }

  #await(): void {
    if (!waitFor(this.#control, slots.ended, this.#workers.length)) count(this.#control, slots.failed);
    this.#checkThreads();
  }

  #checkThreads(): void {
    if (Atomics.load(this.#control, slots.failed) > 0)
      throw new Error('render: a thread was lost; close this renderer and open another.');
  }
}
