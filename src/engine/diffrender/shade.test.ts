import { describe, expect, it } from 'vitest';
import { orbitCameraMatrix } from './camera.ts';
import { eyeOf } from './eye.ts';
import { joinMeshes } from './meshes.ts';
import { mipmapped } from './mipmap.ts';
import { orthographicMatrix } from './orthographic.ts';
import { render } from './render.ts';
import {
  buffersFor,
  frontCamera,
  icosphere,
  plane,
  randomSource,
  randomSurface,
  type SimpleMesh,
  sceneOf,
} from './test-scenes.ts';
import { decodeSrgb, encodeSrgb } from './transfer.ts';
import type { Scene, Surface, Texture } from './types.ts';

function drawn(scene: Scene) {
  const buffers = buffersFor(scene);
  render(scene, buffers);
  return buffers;
}

const flat = (mesh: SimpleMesh, texture: Texture, change: Partial<Surface> = {}): Surface => ({
  uv: mesh.uv,
  texture,
  light: null,
  transfer: 'linear',
  ...change,
});

const grey: Texture = { width: 1, height: 1, texels: new Float64Array(3).fill(0.5) };
const window = { x: 0, y: 0, size: 32 };

describe('the eye of a camera matrix', () => {
  it('is where the orbit stands; an orthographic camera has the direction to it', () => {
    const camera = { ...frontCamera, azimuth: 0.8, elevation: 0.4, roll: 0.2, target: [1, 2, 3] as const };
    const towards = [Math.sin(0.8) * Math.cos(0.4), Math.sin(0.4), Math.cos(0.8) * Math.cos(0.4)];
    const eye = eyeOf(orbitCameraMatrix(camera, window));
    const away = eyeOf(orthographicMatrix({ ...camera, height: 2 }, window));
    for (let k = 0; k < 3; k++) {
      expect(eye[k]).toBeCloseTo(camera.target[k] + 4 * towards[k], 9);
      expect(away[k]).toBeCloseTo(towards[k], 12);
    }
    expect([eye[3], away[3]]).toEqual([1, 0]);
  });
});

describe('light', () => {
  it('of a lamp falls with the cosine, and its lobe peaks where half-way meets the normal', () => {
    const mesh = plane(2, 2);
    const angle = 0.6;
    const lamp = {
      direction: Float64Array.of(3 * Math.sin(angle), 0, 3 * Math.cos(angle)),
      radiance: Float64Array.of(2, 1, 0.5),
    };
    const lobe = { specular: Float64Array.of(0.1, 0.1, 0.2), shininess: 12 };
    const camera = orthographicMatrix({ ...frontCamera, height: 3 }, window);
    const scene = sceneOf(mesh, frontCamera, 32, { camera, surface: flat(mesh, grey, { lamp, lobe }) });
    const { colour } = drawn(scene);
    const strength = (20 / 8) * Math.cos(angle / 2) ** 12;
    for (let k = 0; k < 3; k++) {
      const expected = lamp.radiance[k] * Math.cos(angle) * (0.5 + lobe.specular[k] * strength);
      expect(colour[3 * (16 * 32 + 16) + k]).toBeCloseTo(expected, 12);
    }
    const behind = { ...lamp, direction: Float64Array.of(0, 0, -1) };
    const dark = drawn({ ...scene, surface: flat(mesh, grey, { lamp: behind, lobe }) });
    expect(dark.colour.every((c) => c === 0)).toBe(true);
  });

  it('is the sum of harmonics and lamp', () => {
    const mesh = icosphere(2);
    const { light } = randomSurface(mesh, randomSource(2));
    const lamp = { direction: Float64Array.of(1, 1, 1), radiance: Float64Array.of(1, 1, 1) };
    const of = (change: Partial<Surface>) =>
      drawn(sceneOf(mesh, frontCamera, 32, { surface: flat(mesh, grey, change) })).colour;
    const [both, first, second] = [of({ light, lamp }), of({ light }), of({ lamp })];
    for (let k = 0; k < both.length; k++) expect(both[k]).toBeCloseTo(first[k] + second[k], 12);
  });
});

describe('mip maps', () => {
  const random = randomSource(4);
  const noise: Texture = {
    width: 256,
    height: 256,
    texels: Float64Array.from({ length: 3 * 256 * 256 }, random),
  };

  it('average 2 x 2 down to one texel, odd sides included', () => {
    const { texels, levels } = mipmapped({
      width: 3,
      height: 2,
      texels: Float64Array.from({ length: 18 }, (_, k) => k),
    });
    expect(levels).toBe(2);
    expect(Array.from(texels.subarray(18))).toEqual([6, 7, 8]);
  });

  it('take noise far away to its mean, and leave it near by as it is', () => {
    const mesh = plane(2, 2);
    const far = { ...frontCamera, distance: 40 };
    const deviation = (texture: Texture, camera: typeof far) => {
      const { colour, face } = drawn(sceneOf(mesh, camera, 64, { surface: flat(mesh, texture) }));
      const values = Array.from(face.keys())
        .filter((p) => face[p] >= 0)
        .map((p) => colour[3 * p]);
      return Math.sqrt(values.reduce((s, c) => s + (c - 0.5) ** 2, 0) / values.length);
    };
    expect(deviation(noise, far)).toBeGreaterThan(0.1);
    expect(deviation(mipmapped(noise), far)).toBeLessThan(0.03);
    const close = { ...frontCamera, distance: 0.5 };
    expect(deviation(mipmapped(noise), close)).toBe(deviation(noise, close));
  });

  it('read the level whose texels are as large as pixels', () => {
    const mesh = plane(2, 2);
    // level l is the constant l
    const pyramid = mipmapped(noise);
    let at = 0;
    for (let l = 0, side = 256; l < (pyramid.levels ?? 1); l++, side /= 2) {
      pyramid.texels.fill(l, at, at + 3 * side * side);
      at += 3 * side * side;
    }
    const camera = orthographicMatrix({ ...frontCamera, height: 4 }, { x: 0, y: 0, size: 50 });
    const { colour } = drawn(sceneOf(mesh, frontCamera, 50, { camera, surface: flat(mesh, pyramid) }));
    expect(colour[3 * (25 * 50 + 25)]).toBeCloseTo(Math.log2(256 / 25), 9);
  });
});

describe('joined meshes', () => {
  it('look as if each were drawn alone, the nearer before the farther', () => {
    const near = icosphere(1);
    const far = icosphere(2);
    for (let v = 0; v < far.vertices.length; v += 3) {
      far.vertices[v] += 0.7;
      far.vertices[v + 2] -= 1.5;
    }
    const textures = [0.2, 0.8].map((c, m) => ({
      width: 1 + m,
      height: 2,
      texels: Float64Array.from({ length: 6 + 6 * m }, (_, k) => c + 0.01 * k),
    }));
    const joined = joinMeshes([
      { ...near, texture: textures[0] },
      { ...far, texture: textures[1] },
    ]);
    const attributes = Float64Array.from(joined.vertices);
    const both = drawn(
      sceneOf({ ...joined, faces: joined.topology.faces }, frontCamera, 48, {
        attributes,
        surface: { uv: joined.uv, texture: joined.texture, light: null, transfer: 'linear' },
      }),
    );
    const alone = [near, far].map((mesh, m) =>
      drawn(sceneOf(mesh, frontCamera, 48, { surface: flat(mesh, textures[m]) })),
    );
    const shown = [0, 0];
    for (let p = 0; p < 48 * 48; p++) {
      const m = alone[0].depth[p] <= alone[1].depth[p] ? 0 : 1;
      expect(both.depth[p]).toBe(alone[m].depth[p]);
      if (both.face[p] < 0) continue;
      expect(both.colour[3 * p]).toBeCloseTo(alone[m].colour[3 * p], 12);
      // positions as attributes: what the camera sees at that depth
      expect(4 - both.attributes[3 * p + 2]).toBeCloseTo(both.depth[p], 9);
      shown[m]++;
    }
    expect(Math.min(...shown)).toBeGreaterThan(50);
    expect(joined.parts[1].vertices).toEqual([42, 42 + 162]);
  });

  it('refuse faces that name vertices beyond their own mesh', () => {
    const mesh = { ...plane(1, 1), texture: grey };
    const broken = { ...mesh, faces: Uint32Array.of(0, 1, 4, 0, 1, 2) };
    expect(() => joinMeshes([mesh, broken])).toThrow('a face of mesh 1 names a vertex beyond its 4');
  });
});

describe('transfer', () => {
  it('is IEC 61966-2-1 to the last digits, and back', () => {
    for (let x = 0; x <= 1; x += 1 / 4096) {
      const expected = x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055;
      expect(Math.abs(encodeSrgb(x) - Math.min(1, expected))).toBeLessThan(1e-15);
      expect(decodeSrgb(encodeSrgb(x))).toBeCloseTo(x, 7);
    }
  });
});
