import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { type Buffers, createBuffers } from './buffers.ts';
import { drawBand } from './draw-band.ts';
import { clearGradients } from './gradients.ts';
import { type BandWorkerData, count, type Job, meet, slots, waitFor } from './parallel-protocol.ts';
import { backwardRows } from './render.ts';
import { addPart } from './sum-gradients.ts';
import type { Rows, Scene } from './types.ts';

const { control, index, threads } = workerData as BandWorkerData;
const known = new Map<number, { buffers: Buffers; scene: Scene; rows: Rows }>();

function work(job: Job): void {
  if (job.kind === 'render') {
    for (const id of job.forget) known.delete(id);
    const { scene, sizes, pictures } = job;
    const buffers =
      known.get(job.id)?.buffers ?? Object.assign(createBuffers({ ...sizes, shared: false }), pictures);
    known.set(job.id, { buffers, scene, rows: drawBand(scene, buffers, control, index, threads) });
  } else {
    const drawn = known.get(job.id);
    if (!drawn) throw new Error('renderBackward: nothing was drawn into these buffers.');
    const own = job.own[index - 1];
    backwardRows(drawn.scene, drawn.buffers, job.picture, own, drawn.rows);
    meet(control, threads, 1);
    addPart(job.sum, job.own, index, threads);
    meet(control, threads, 2);
  }
}

function nextJob(seen: number): Job | null {
  waitFor(control, slots.given, seen + 1, Infinity);
  return parentPort && ((receiveMessageOnPort(parentPort)?.message as Job | undefined) ?? null);
}

parentPort?.postMessage('ready');
let seen = 0;
for (let job = nextJob(seen); job; job = nextJob(seen)) {
  seen++;
  try {
    work(job);
  } catch {
    count(control, slots.failed);
    count(control, slots.arrived);
  }
  count(control, slots.ended);
  if (job.kind === 'backward') clearGradients(job.own[index - 1]);
}
