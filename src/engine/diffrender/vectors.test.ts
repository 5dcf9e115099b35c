import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createBuffers } from './buffers.ts';
import { type OrbitCamera, orbitCameraBackward, orbitCameraMatrix, type Window } from './camera.ts';
import { createGradients } from './gradients.ts';
import { render, renderBackward } from './render.ts';
import { buildTopology } from './topology.ts';
import type { Scene, SoftSilhouette, Surface } from './types.ts';
import { lossWeights } from './vectors/loss-weights.ts';

interface Vector {
  scene: {
    width: number;
    height: number;
    camera: number[];
    orbit?: OrbitCamera;
    window?: Window;
    near: number;
    cull_back: boolean;
    vertices: number[];
    faces: number[];
    uv: number[];
    texture: { width: number; height: number; texels: number[] };
    light: number[];
    transfer: Surface['transfer'];
    silhouette: SoftSilhouette | null;
  };
  pictures: { colour: number[]; mask: number[]; depth: (number | null)[]; face: number[] };
  gradients: { vertices: number[]; camera: number[]; orbit?: number[]; light: number[]; texels: number[] };
}

const folder = new URL('./vectors/', import.meta.url);
const names = readdirSync(folder).filter((name) => name.endsWith('.json'));

/** Largest difference, relative to the largest number of the two lists. */
function difference(got: ArrayLike<number>, want: ArrayLike<number>): number {
  expect(got.length).toBe(want.length);
  const scale = Math.max(1e-12, ...Array.from(want, Math.abs));
  return Math.max(0, ...Array.from(want, (value, k) => Math.abs(got[k] - value))) / scale;
}

describe.each(names)('shared vector %s', (name) => {
  const {
    scene: given,
    pictures,
    gradients: wanted,
  } = JSON.parse(readFileSync(new URL(name, folder), 'utf8')) as Vector;
  /** Our own are stored with ten digits; the training renderer may work in single precision. */
  const tolerance = name.startsWith('training-') ? 1e-4 : 1e-8;
  const pixels = given.width * given.height;
  const scene: Scene = {
    width: given.width,
    height: given.height,
    camera: Float64Array.from(given.camera),
    near: given.near,
    topology: buildTopology(Uint32Array.from(given.faces), given.vertices.length / 3),
    vertices: Float64Array.from(given.vertices),
    cullBack: given.cull_back,
    silhouette: given.silhouette,
    surface: {
      uv: Float64Array.from(given.uv),
      texture: { ...given.texture, texels: Float64Array.from(given.texture.texels) },
      light: Float64Array.from(given.light),
      transfer: given.transfer,
    },
  };
  const buffers = createBuffers({
    vertexCount: given.vertices.length / 3,
    faceCount: given.faces.length / 3,
    pixelCount: pixels,
    nearest: given.silhouette?.nearest ?? 1,
  });
  render(scene, buffers);
  const gradients = createGradients(scene, { texels: true });
  renderBackward(scene, buffers, lossWeights(pixels), gradients);

  it('pictures', () => {
    expect(Array.from(buffers.face)).toEqual(pictures.face);
    expect(difference(buffers.colour, pictures.colour)).toBeLessThan(tolerance);
    expect(difference(buffers.mask, pictures.mask)).toBeLessThan(tolerance);
    const depth = Array.from(buffers.depth, (d) => (d === Infinity ? -1 : d));
    const wantedDepth = pictures.depth.map((d) => d ?? -1);
    expect(difference(depth, wantedDepth)).toBeLessThan(tolerance);
  });

  it('gradients', () => {
    expect(difference(gradients.vertices, wanted.vertices)).toBeLessThan(tolerance);
    expect(difference(gradients.light, wanted.light)).toBeLessThan(tolerance);
    expect(difference(gradients.texels ?? [], wanted.texels)).toBeLessThan(tolerance);
    expect(difference(gradients.camera, wanted.camera)).toBeLessThan(tolerance);
  });

  it('camera parameters', () => {
    const { orbit, window } = given;
    if (!orbit || !window) return;
    expect(difference(orbitCameraMatrix(orbit, window), given.camera)).toBeLessThan(tolerance);
    const gradient = orbitCameraBackward(orbit, window, gradients.camera);
    expect(difference(gradient, wanted.orbit ?? [])).toBeLessThan(tolerance);
  });
});
