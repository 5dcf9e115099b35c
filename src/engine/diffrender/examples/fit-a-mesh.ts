import {
  buildTopology,
  clearGradients,
  createBuffers,
  createGradients,
  mipmapped,
  orbitCameraMatrix,
  render,
  renderBackward,
  type Scene,
} from '../index.ts';
import { Adam } from './adam.ts';
import { ball } from './ball.ts';

/** What is to be fitted: [size, size, 3] sRGB and [size, size] coverage, both 0..1. */
export interface Picture {
  size: number;
  colour: Float64Array;
  mask: Float64Array;
}

/** A grey ball before the camera of the picture. */
export function startScene(size: number) {
  const { vertices, faces, uv } = ball(32, 64);
  const camera = orbitCameraMatrix(
    { azimuth: 0.5, elevation: 0.3, roll: 0, distance: 5, fov: 0.6, offset: [0, 0], target: [0, 0, 0] },
    { x: 0, y: 0, size },
  );
  const texture = { width: 128, height: 64, texels: new Float64Array(128 * 64 * 3).fill(0.2) };
  return {
    width: size,
    height: size,
    camera,
    near: 0.1,
    topology: buildTopology(faces, vertices.length / 3),
    vertices,
    cullBack: true,
    silhouette: { sigmainv: 300, nearest: 1 },
    surface: { uv, texture: mipmapped(texture), light: null, transfer: 'srgb' },
    antialias: true,
  } satisfies Scene;
}

/** What rendering writes to; made once, used for every step. */
export function buffersOf(scene: Scene) {
  return createBuffers({
    vertexCount: scene.topology.vertexCount,
    faceCount: scene.topology.faces.length / 3,
    pixelCount: scene.width * scene.height,
    antialias: true,
  });
}

/** Sum of squared differences of two pictures; writes its gradient. */
export function difference(got: Float64Array, want: Float64Array, gradient: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < want.length; k++) {
    const d = got[k] - want[k];
    gradient[k] = 2 * d;
    sum += d * d;
  }
  return sum;
}

/** Squared differences of how far neighbours have moved; adds its gradient. */
export function roughness(
  faces: Uint32Array,
  moved: Float64Array,
  weight: number,
  gradient: Float64Array,
): number {
  let sum = 0;
  for (let corner = 0; corner < faces.length; corner++) {
    const a = 3 * faces[corner];
    const b = 3 * faces[corner % 3 === 2 ? corner - 2 : corner + 1];
    for (let k = 0; k < 3; k++) {
      const d = moved[a + k] - moved[b + k];
      sum += weight * d * d;
      gradient[a + k] += 2 * weight * d;
      gradient[b + k] -= 2 * weight * d;
    }
  }
  return sum;
}

/** Fits a ball's shape and texture to a picture; `see` is called with what each step starts from. */
export function fitMesh(
  picture: Picture,
  steps: number,
  see?: (step: number, scene: Scene, loss: number) => void,
) {
  let scene = startScene(picture.size);
  const start = scene.vertices.slice();
  const { width, height } = scene.surface.texture;
  const texels = Float64Array.from(scene.surface.texture.texels.subarray(0, 3 * width * height));
  const buffers = buffersOf(scene);
  const gradients = createGradients(scene, { texels: true });
  const colour = new Float64Array(picture.colour.length);
  const mask = new Float64Array(picture.mask.length);
  const shapeOptimiser = new Adam(scene.vertices.length, 0.01, 0.01);
  const textureOptimiser = new Adam(texels.length, 0.03, 0.01);
  const losses: number[] = [];

  for (let step = 0; step < steps; step++) {
    const sigmainv = 300 * 100 ** (step / steps);
    const texture = mipmapped({ width, height, texels });
    scene = { ...scene, silhouette: { sigmainv, nearest: 1 }, surface: { ...scene.surface, texture } };

    render(scene, buffers);
    const ofMask = difference(buffers.mask, picture.mask, mask);
    const ofColour = difference(buffers.colour, picture.colour, colour);
    losses.push(ofMask + ofColour);
    see?.(step, scene, ofMask + ofColour);

    clearGradients(gradients);
    renderBackward(scene, buffers, { colour, mask }, gradients);
    const moved = scene.vertices.map((v, k) => v - start[k]);
    roughness(scene.topology.faces, moved, 20, gradients.vertices);
    shapeOptimiser.step(scene.vertices, gradients.vertices);
    if (gradients.texels) textureOptimiser.step(texels, gradients.texels);
    for (let k = 0; k < texels.length; k++) texels[k] = Math.min(1, Math.max(0, texels[k]));
  }
  return { scene, losses };
}
