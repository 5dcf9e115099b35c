import { expect, it } from 'vitest';
import { createGradients } from './gradients.ts';
import { render, renderBackward } from './render.ts';
import { buffersFor, frontCamera, icosphere, randomSource, randomSurface, sceneOf } from './test-scenes.ts';

const exponentials = Float64Array.from({ length: 1 << 17 }, (_, k) => -k / (1 << 14));

/** What every machine takes its own time for, with the same processor and the same neighbours. */
function yardstick(): number {
  let sum = 0;
  for (const x of exponentials) sum += Math.exp(x);
  return sum;
}

/** Milliseconds of the processor (not of the clock: neighbours disturb). */
function timeOf(run: () => void): number {
  const start = process.cpuUsage();
  run();
  return process.cpuUsage(start).user / 1000;
}

/** Milliseconds are in bench/DIFFRENDER.md; this took 4 to 7 yardsticks on a machine whose speed changed fivefold meanwhile. */
it('draws 5120 faces at 256 x 256 forward and backward in 20 yardsticks', () => {
  const mesh = icosphere(4);
  for (let k = 0; k < mesh.vertices.length; k += 3) {
    mesh.vertices[k] *= 0.45;
    mesh.vertices[k + 1] *= 0.35;
  }
  const size = 256;
  const surface = {
    ...randomSurface(mesh, randomSource(1)),
    texture: { width: size, height: size, texels: new Float64Array(3 * size * size).fill(0.4) },
  };
  const scene = sceneOf(mesh, { ...frontCamera, azimuth: 1.1, elevation: 0.2, fov: 0.5 }, size, {
    silhouette: { sigmainv: 7000, nearest: 1 },
    surface,
  });
  const buffers = buffersFor(scene);
  const gradients = createGradients(scene, { texels: true });
  const picture = {
    colour: new Float64Array(3 * size * size).fill(1),
    mask: new Float64Array(size * size).fill(1),
  };
  const run = () => {
    render(scene, buffers);
    renderBackward(scene, buffers, picture, gradients);
  };
  for (let k = 0; k < 10; k++) {
    run();
    yardstick();
  }
  let [own, unit] = [0, 0];
  for (let k = 0; k < 20; k++) {
    own += timeOf(run);
    unit += timeOf(yardstick);
  }
  expect(own / unit).toBeLessThan(20);
});
