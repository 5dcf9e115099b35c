import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBuffers } from './buffers.ts';
import { orbitCameraMatrix } from './camera.ts';
import { createGradients, type Gradients } from './gradients.ts';
import { mipmapped } from './mipmap.ts';
import { openParallelRenderer, type ParallelRenderer } from './parallel.ts';
import {
  fastestOf,
  gradientsOfViews,
  plainRenderer,
  renderBatch,
  renderBatchBackward,
  viewsOf,
} from './renderer.ts';
import { randomWeights } from './test-differences.ts';
import { buffersFor, frontCamera, icosphere, randomSource, randomSurface, sceneOf } from './test-scenes.ts';
import type { Scene, Texture } from './types.ts';

const size = 64;

function scenes(): [string, Scene][] {
  const mesh = icosphere(3);
  const random = randomSource(5);
  const surface = randomSurface(mesh, random);
  const camera = { ...frontCamera, azimuth: 1, elevation: 0.3, offset: [0.1, 0.13] as const };
  const lamp = { direction: Float64Array.of(1, 1, 1), radiance: Float64Array.of(1, 1, 1) };
  return [
    [
      'texture, light and soft silhouette',
      sceneOf(mesh, camera, size, { surface, silhouette: { sigmainv: 400, nearest: 5 } }),
    ],
    [
      'contours, lamp, mip maps and attributes',
      sceneOf(mesh, camera, size, {
        antialias: true,
        attributes: Float64Array.from({ length: 2 * (mesh.vertices.length / 3) }, random),
        surface: { ...surface, lamp, texture: mipmapped(surface.texture as Texture) },
      }),
    ],
  ];
}

function shared(scene: Scene) {
  return createBuffers({ ...buffersFor(scene).sizes, shared: true });
}

function largestDifference(a: Gradients, b: Gradients): number {
  let worst = 0;
  for (const name of Object.keys(a) as (keyof Gradients)[]) {
    const [x, y] = [a[name], b[name]];
    if (!x || !y) continue;
    const scale = Math.max(1e-9, ...y.map(Math.abs));
    worst = Math.max(worst, ...x.map((value, k) => Math.abs(value - y[k]) / scale));
  }
  return worst;
}

describe.each([1, 2, 3])('a picture drawn by %i threads', (threads) => {
  let parallel: ParallelRenderer;
  beforeAll(async () => {
    parallel = await openParallelRenderer(threads);
  });
  afterAll(() => parallel.close());

  it.each(scenes())('equals that of one: %s', (_, scene) => {
    const [one, many] = [buffersFor(scene), shared(scene)];
    const picture = randomWeights(scene, one.sizes.attributeCount, randomSource(1));
    for (let round = 0; round < 2; round++) {
      const expected = createGradients(scene, { texels: true, uv: true });
      const got = createGradients(scene, { texels: true, uv: true, shared: round === 1 });
      plainRenderer.render(scene, one);
      plainRenderer.renderBackward(scene, one, picture, expected);
      parallel.render(scene, many);
      parallel.renderBackward(scene, many, picture, got);
      for (const name of ['colour', 'mask', 'depth', 'face', 'attributes'] as const)
        expect(Array.from(many[name])).toEqual(Array.from(one[name]));
      expect(largestDifference(got, expected)).toBeLessThan(1e-9);
    }
  });

  it('several views at once, with one gradient of the mesh and one of each camera', () => {
    const [[, scene]] = scenes();
    const cameras = [0, 1, 2].map((k) =>
      orbitCameraMatrix({ ...frontCamera, azimuth: 2 * k }, { x: 0, y: 0, size }),
    );
    const views = viewsOf(scene, cameras);
    const picture = randomWeights(scene, 0, randomSource(1));
    const [one, many] = [views.map(buffersFor), views.map(shared)];
    const [expected, got] = [createGradients(scene), createGradients(scene)];
    const [first, second] = [gradientsOfViews(expected, 3), gradientsOfViews(got, 3)];
    renderBatch(views, one);
    renderBatch(views, many, parallel);
    renderBatchBackward(views, one, [picture, picture, picture], first);
    renderBatchBackward(views, many, [picture, picture, picture], second, parallel);
    expect(largestDifference(got, expected)).toBeLessThan(1e-9);
    first.forEach((gradients, k) => {
      expect(largestDifference(second[k], gradients)).toBeLessThan(1e-9);
    });
    expect(Array.from(first[0].camera)).not.toEqual(Array.from(first[1].camera));
    expect(expected.camera.every((g) => g === 0)).toBe(true);
  });

  it('refuses what it cannot draw, and goes on', () => {
    const [[, scene]] = scenes();
    expect(() => parallel.render(scene, buffersFor(scene))).toThrow('shared: true');
    const buffers = shared(scene);
    expect(() => parallel.render({ ...scene, near: 0 }, buffers)).toThrow('near > 0');
    const gradients = createGradients(scene);
    expect(() => parallel.renderBackward(scene, buffers, { colour: null, mask: null }, gradients)).toThrow(
      'not what was drawn last',
    );
    parallel.render({ ...scene, width: 0, height: 0 }, buffers);
    parallel.render(scene, buffers);
    expect(buffers.mask.some((m) => m === 1)).toBe(true);
  });
});

it('the renderer that is quickest for a scene is found by trying', () => {
  const [[, scene]] = scenes();
  const slow = {
    ...plainRenderer,
    render: (...args: Parameters<typeof plainRenderer.render>) => {
      const end = performance.now() + 20;
      while (performance.now() < end) plainRenderer.render(...args);
    },
  };
  const buffers = buffersFor(scene);
  expect(fastestOf([slow, plainRenderer], scene, buffers, createGradients(scene))).toBe(plainRenderer);
  expect(() => renderBatch([scene, scene], [buffers])).toThrow('2 scenes, but buffers for 1');
});

it('a number of threads that makes no sense is refused', async () => {
  await expect(openParallelRenderer(0)).rejects.toThrow('0 threads');
});
