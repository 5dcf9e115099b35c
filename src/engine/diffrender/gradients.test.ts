import { describe, expect, it } from 'vitest';
import { type OrbitCamera, orbitCameraBackward, orbitCameraMatrix, orbitParameters } from './camera.ts';
import { createGradients, type Gradients } from './gradients.ts';
import { render, renderBackward } from './render.ts';
import { largestError, nudged, randomWeights, weighedLoss, withSurface } from './test-differences.ts';
import { buffersFor, icosphere, randomSource, randomSurface, sceneOf } from './test-scenes.ts';
import type { Scene } from './types.ts';

/** A scene, its loss (random weights on every number of the pictures) and the gradients of that loss. */
function setUp(seed: number, nearest: number, size = 24) {
  const random = randomSource(seed);
  const mesh = icosphere(1);
  for (let k = 0; k < mesh.vertices.length; k++) mesh.vertices[k] *= 0.85 + 0.3 * random();
  const camera: OrbitCamera = {
    azimuth: 6 * random(),
    elevation: random() - 0.5,
    roll: 0.4 * (random() - 0.5),
    distance: 3 + random(),
    fov: 0.8 + 0.2 * random(),
    offset: [0.1 * (random() - 0.5), 0.1 * (random() - 0.5)],
    target: [0.2 * (random() - 0.5), 0.2 * (random() - 0.5), 0.2 * (random() - 0.5)],
  };
  const scene = sceneOf(mesh, camera, size, {
    silhouette: { sigmainv: 150, nearest },
    surface: randomSurface(mesh, random),
  });
  const buffers = buffersFor(scene);
  const weights = randomWeights(scene, 0, random);
  const lossOf = (s: Scene): number => {
    render(s, buffers);
    return weighedLoss(buffers, weights);
  };
  lossOf(scene);
  const gradients = createGradients(scene, { texels: true });
  renderBackward(scene, buffers, weights, gradients);
  return { scene, camera, buffers, gradients, lossOf, random };
}

describe.each([
  [1, 1],
  [2, 30],
  [3, 1],
  [4, 30],
  [5, 3],
])('gradients against central differences, scene %i with %i nearest faces', (seed, nearest) => {
  const { scene, camera, buffers, gradients, lossOf } = setUp(seed, nearest);
  const { surface } = scene;
  if (!surface?.light) throw new Error('the scene has a surface');
  const { texture, light } = surface;

  it('vertices', () => {
    const error = largestError(
      gradients.vertices,
      (k, h) => lossOf({ ...scene, vertices: nudged(scene.vertices, k, h) }),
      buffers,
    );
    expect(error).toBeLessThan(1e-3);
  });

  it('camera matrix', () => {
    const error = largestError(
      gradients.camera.subarray(0, 12),
      (k, h) => lossOf({ ...scene, camera: nudged(scene.camera, k, h) }),
      buffers,
    );
    expect(error).toBeLessThan(1e-3);
  });

  it('camera parameters', () => {
    const window = { x: 0, y: 0, size: scene.width };
    const gradient = orbitCameraBackward(camera, window, gradients.camera);
    const error = largestError(
      gradient,
      (k, h) => lossOf({ ...scene, camera: orbitCameraMatrix(moved(camera, k, h), window) }),
      buffers,
    );
    expect(error).toBeLessThan(1e-3);
    expect(gradient.every((g) => g !== 0)).toBe(true);
  });

  it('texels', () => {
    const error = largestError(
      gradients.texels as Float64Array,
      (k, h) => lossOf(withSurface(scene, { texture: { ...texture, texels: nudged(texture.texels, k, h) } })),
      buffers,
    );
    expect(error).toBeLessThan(1e-3);
  });

  it('light', () => {
    const error = largestError(
      gradients.light,
      (k, h) => lossOf(withSurface(scene, { light: nudged(light, k, h) })),
      buffers,
    );
    expect(error).toBeLessThan(1e-3);
  });
});

function moved(camera: OrbitCamera, k: number, h: number): OrbitCamera {
  const name = orbitParameters[k];
  const shift = (values: readonly number[], i: number) => values.map((v, at) => (at === i ? v + h : v));
  if (name === 'offsetX' || name === 'offsetY')
    return { ...camera, offset: shift(camera.offset, k - 5) as unknown as OrbitCamera['offset'] };
  if (name === 'targetX' || name === 'targetY' || name === 'targetZ')
    return { ...camera, target: shift(camera.target, k - 7) as unknown as OrbitCamera['target'] };
  return { ...camera, [name]: camera[name] + h };
}

describe('gradients of several kinds of scene', () => {
  it('add up over calls', () => {
    const { scene, buffers, gradients, random } = setUp(7, 1);
    const colour = Float64Array.from({ length: buffers.colour.length }, () => random());
    const once = createGradients(scene);
    render(scene, buffers);
    renderBackward(scene, buffers, { colour, mask: null }, once);
    const twice = createGradients(scene);
    renderBackward(scene, buffers, { colour, mask: null }, twice);
    renderBackward(scene, buffers, { colour, mask: null }, twice);
    expect(twice.vertices[5]).toBeCloseTo(2 * once.vertices[5], 10);
    expect(twice.light[0]).toBeCloseTo(2 * once.light[0], 10);
    expect(once.texels).toBeNull();
    expect(gradients.texels).not.toBeNull();
  });

  it('of a colour loss alone come without a silhouette and without light', () => {
    const { scene, buffers } = setUp(8, 1);
    const plain: Scene = { ...withSurface(scene, { light: null, transfer: 'linear' }), silhouette: null };
    const weights = Float64Array.from({ length: 3 * 24 * 24 }, (_, k) => Math.sin(k));
    const loss = (s: Scene) => {
      render(s, buffers);
      return weights.reduce((sum, w, k) => sum + w * buffers.colour[k], 0);
    };
    loss(plain);
    const gradients: Gradients = createGradients(plain);
    renderBackward(plain, buffers, { colour: weights, mask: null }, gradients);
    const error = largestError(
      gradients.vertices,
      (k, h) => loss({ ...plain, vertices: nudged(plain.vertices, k, h) }),
      buffers,
    );
    expect(error).toBeLessThan(1e-3);
    expect(gradients.light.every((g) => g === 0)).toBe(true);
  });
});
