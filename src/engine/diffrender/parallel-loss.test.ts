import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, expect, it, vi } from 'vitest';
import { createBuffers } from './buffers.ts';
import { openParallelRenderer } from './parallel.ts';
import { buffersFor, frontCamera, icosphere, sceneOf } from './test-scenes.ts';

const workers: Worker[] = [];
let programs: string[] = [];
vi.mock('../workers/spawn.ts', () => ({
  spawnWorker: () => {
    const worker = new Worker(programs[workers.length], { eval: true });
    workers.push(worker);
    return worker;
  },
}));
afterEach(() => {
  workers.length = 0;
});

const ready = "const { parentPort } = require('node:worker_threads'); parentPort.postMessage('ready');";
const waits = `${ready} parentPort.on('message', () => {});`;

it('ends the threads that began when one can not', async () => {
  programs = [waits, "throw new Error('no memory')"];
  const opening = openParallelRenderer(3);
  const ended = once(workers[0], 'exit');
  await expect(opening).rejects.toThrow('no memory');
  await ended;
});

it('says at once that a thread was lost, and harms nothing else', async () => {
  programs = [`${ready} setTimeout(() => { throw new Error('no memory'); }, 50);`];
  const renderer = await openParallelRenderer(2);
  await new Promise((resolve) => workers[0].once('exit', resolve));
  const scene = sceneOf(icosphere(1), frontCamera, 8);
  const begun = performance.now();
  const buffers = createBuffers({ ...buffersFor(scene).sizes, shared: true });
  expect(() => renderer.render(scene, buffers)).toThrow('a thread was lost');
  expect(performance.now() - begun).toBeLessThan(2000);
  await renderer.close();
});
