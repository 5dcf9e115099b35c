import { expect, it } from 'vitest';
import { createGradients } from './gradients.ts';
import { render, renderBackward } from './render.ts';
import { buffersFor, frontCamera, icosphere, randomSource, randomSurface, sceneOf } from './test-scenes.ts';

/** 4 ms on one thread of the build machine (bench/DIFFRENDER.md); the processor's time counts, not the clock's: neighbours disturb. */
it('draws 5120 faces at 256 x 256 forward and backward in 20 ms', () => {
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
  for (let k = 0; k < 10; k++) run();
  const start = process.cpuUsage();
  for (let k = 0; k < 20; k++) run();
  const { user } = process.cpuUsage(start);
  expect(user / 1000 / 20).toBeLessThan(20);
});
