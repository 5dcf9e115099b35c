import { describe, expect, it } from 'vitest';
import { joinMeshes } from './meshes.ts';
import { render } from './render.ts';
import { buffersFor, frontCamera, icosphere, plane, type SimpleMesh, sceneOf } from './test-scenes.ts';
import type { Scene, Surface } from './types.ts';

const white = { width: 1, height: 1, texels: Float64Array.of(1, 0.5, 0.25) };

function surfaceOf(mesh: SimpleMesh, transfer: Surface['transfer'] = 'linear'): Surface {
  return { uv: mesh.uv, texture: white, light: null, transfer };
}

function drawn(scene: Scene) {
  const buffers = buffersFor(scene);
  render(scene, buffers);
  return buffers;
}

const sum = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0);

describe('antialiased contours', () => {
  const camera = { ...frontCamera, fov: 1 };
  const perUnit = 64 / (2 * 4 * Math.tan(0.5));

  it('cover each pixel of an upright edge by its exact share', () => {
    for (const width of [2, 2.03, 2.09, 2.17]) {
      const mesh = plane(width, 2);
      const buffers = drawn(sceneOf(mesh, camera, 64, { antialias: true, surface: surfaceOf(mesh) }));
      for (const [x, row] of Array.from({ length: 64 }, (_, x) => [x, 32] as const)) {
        const right = 32 + (width / 2) * perUnit;
        const left = 32 - (width / 2) * perUnit;
        const share = Math.max(0, Math.min(1, right - x, x + 1 - left));
        expect(buffers.mask[row * 64 + x]).toBeCloseTo(share, 9);
        expect(buffers.colour[3 * (row * 64 + x) + 1]).toBeCloseTo(0.5 * share, 9);
      }
    }
  });

  it('give a rolled square and a ball their areas, which samples at centres miss', () => {
    const square = plane(2, 2);
    const ball = icosphere(4);
    const cases = [
      { mesh: square, area: (2 * perUnit) ** 2, roll: 0.3 },
      { mesh: ball, area: Math.PI * (32 * (Math.tan(Math.asin(0.25)) / Math.tan(0.5))) ** 2, roll: 0 },
    ];
    for (const { mesh, area, roll } of cases) {
      const scene = sceneOf(mesh, { ...camera, roll, offset: [0.003, 0.006] }, 64, { antialias: true });
      const smooth = Math.abs(sum(drawn(scene).mask) / area - 1);
      const plain = Math.abs(sum(drawn({ ...scene, antialias: false }).mask) / area - 1);
      expect(smooth).toBeLessThan(0.004);
      expect(smooth).toBeLessThan(plain);
    }
  });

  it('lie between two meshes too, blending in linear light before encoding', () => {
    const back = plane(4, 4);
    const front = plane(1.05, 1.05);
    for (let v = 2; v < front.vertices.length; v += 3) front.vertices[v] = 0.5;
    const meshes = [back, front].map((mesh, m) => ({
      ...mesh,
      texture: { width: 1, height: 1, texels: new Float64Array(3).fill(m) },
    }));
    const joined = joinMeshes(meshes);
    const scene = sceneOf({ ...joined, faces: joined.topology.faces }, camera, 64, {
      antialias: true,
      surface: { uv: joined.uv, texture: joined.texture, light: null, transfer: 'linear' },
    });
    const linear = drawn(scene);
    const row = Array.from({ length: 32 }, (_, x) => linear.colour[3 * (32 * 64 + x)]);
    const half = (1.05 / 2 / (2 * 3.5 * Math.tan(0.5))) * 64;
    const share = 1 - (Math.abs(32 - half) % 1);
    expect(row.filter((c) => c > 0 && c < 1)).toEqual([expect.closeTo(share, 9)]);
    const surface = scene.surface && { ...scene.surface, transfer: 'srgb' as const };
    const encoded = drawn({ ...scene, surface });
    const at = 3 * (32 * 64 + row.findIndex((c) => c > 0));
    expect(encoded.colour[at]).toBeCloseTo(1.055 * share ** (1 / 2.4) - 0.055, 9);
  });

  it('change nothing inside: a picture of one colour is that colour wherever all is covered', () => {
    const mesh = icosphere(3);
    const buffers = drawn(sceneOf(mesh, frontCamera, 48, { antialias: true, surface: surfaceOf(mesh) }));
    const inner = (p: number) =>
      [0, 1, -1, 48, -48].every((step) => (buffers.face[p + step] ?? -1) >= 0) && buffers.face[p] >= 0;
    let checked = 0;
    for (let p = 0; p < 48 * 48; p++) {
      if (!inner(p)) continue;
      expect(buffers.colour[3 * p]).toBeCloseTo(1, 12);
      checked++;
    }
    expect(checked).toBeGreaterThan(300);
  });

  it('leave a soft silhouette alone', () => {
    const mesh = icosphere(2);
    const scene = sceneOf(mesh, frontCamera, 48, {
      silhouette: { sigmainv: 300, nearest: 1 },
      surface: surfaceOf(mesh),
    });
    expect(drawn({ ...scene, antialias: true }).mask).toEqual(drawn(scene).mask);
  });
});
