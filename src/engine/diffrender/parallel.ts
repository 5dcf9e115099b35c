import { once } from 'node:events';
import type { Worker } from 'node:worker_threads';
import { spawnWorker } from '../workers/spawn.ts';
import { drawBand } from './band.ts';
import { type Buffers, pictureNames, sharedNumbers } from './buffers.ts';
import { checkScene } from './check.ts';
import type { Gradients } from './gradients.ts';
import {
  type BandWorkerData,
  count,
  type Job,
  type SharedPictures,
  slots,
  waitFor,
} from './parallel-protocol.ts';
import { backwardRows, type PictureGradient } from './render.ts';
import type { Renderer } from './renderer.ts';
import type { Rows, Scene } from './types.ts';

export interface ParallelRenderer extends Renderer {
  /** Ends the threads. */
  close(): Promise<void>;
}

/** Gradients like others, in shared memory. */
function sharedLike(gradients: Gradients): Gradients {
  const shared = (values: Float64Array) => sharedNumbers(values.length);
  return {
    vertices: shared(gradients.vertices),
    camera: shared(gradients.camera),
    light: shared(gradients.light),
    lamp: shared(gradients.lamp),
    lobe: shared(gradients.lobe),
    texels: gradients.texels && shared(gradients.texels),
    uv: gradients.uv && shared(gradients.uv),
    attributes: gradients.attributes && shared(gradients.attributes),
  };
}

function add(to: Gradients, from: Gradients): void {
  for (const name of Object.keys(to) as (keyof Gradients)[]) {
    const [sum, values] = [to[name], from[name]];
    if (sum && values) for (let k = 0; k < sum.length; k++) sum[k] += values[k];
  }
}

/**
 * Opens a renderer that cuts each picture into bands of rows, one for each of `threads` threads, the calling one among them, which
 * waits for the others: the same pictures as `render` draws, gradients that differ by the order of their sums alone (relative
 * 1e-9). Buffers need `shared: true`; arrays of the scene and of the pictures' gradients are handed over without a copy where
 * they are sharedNumbers. Arrays of the scene must not change between render and renderBackward. Worth it from about 2 ms a
 * picture on: see fastestOf.
 */
export async function openParallelRenderer(threads: number): Promise<ParallelRenderer> {
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= 64))
    throw new RangeError(`openParallelRenderer: ${threads} threads; 1 to 64 can be had.`);
  const control = new Int32Array(new SharedArrayBuffer(16));
  const workers = Array.from({ length: threads - 1 }, (_, k) => {
    const data: BandWorkerData = { control, index: k + 1, threads };
    return spawnWorker(new URL('./diffrender-worker.ts', import.meta.url), { workerData: data });
  });
  await Promise.all(workers.map((worker) => once(worker, 'message')));
  for (const worker of workers) worker.unref();
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
    this.#give(drawn.gradients.map((own) => ({ kind: 'backward', id: drawn.id, picture, gradients: own })));
    backwardRows(scene, buffers, picture, gradients, drawn.rows);
    this.#await();
    for (const own of drawn.gradients) add(gradients, own);
  }

  async close(): Promise<void> {
    this.#give(this.#workers.map(() => ({ kind: 'close' })));
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #give(jobs: readonly Job[]): void {
    Atomics.store(this.#control, slots.ended, 0);
    Atomics.store(this.#control, slots.arrived, 0);
    jobs.forEach((job, k) => {
      this.#workers[k].postMessage(job);
    });
    count(this.#control, slots.given);
  }

  #await(): void {
    const ended = waitFor(this.#control, slots.ended, this.#workers.length);
    if (!ended || Atomics.load(this.#control, slots.failed) > 0)
      throw new Error('render: a thread was lost; close this renderer and open another.');
  }
}

function sameSizes(a: Gradients, b: Gradients): boolean {
  const names = Object.keys(a) as (keyof Gradients)[];
  return names.every((name) => a[name]?.length === b[name]?.length);
}
