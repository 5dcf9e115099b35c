import { describe, expect, it } from 'vitest';
import { evaluateBasis } from '../../shared/spherical-harmonics.ts';
import { type Crop, project, type Viewpoint } from '../../shared/viewpoint.ts';
import { type OrbitCamera, orbitCameraMatrix } from './camera.ts';
import { orthographicMatrix } from './orthographic.ts';
import { render } from './render.ts';
import { buffersFor, frontCamera, icosphere, plane, type SimpleMesh, sceneOf } from './test-scenes.ts';
import { encodeSrgb } from './transfer.ts';
import type { Scene, Surface } from './types.ts';

const covered = (mask: Float64Array) => mask.reduce((sum, m) => sum + m, 0);

function drawn(scene: Scene) {
  const buffers = buffersFor(scene);
  render(scene, buffers);
  return buffers;
}

function surfaceOf(mesh: SimpleMesh, width: number, height: number, texels: number[]): Surface {
  return {
    uv: mesh.uv,
    texture: { width, height, texels: Float64Array.from(texels) },
    light: null,
    transfer: 'linear',
  };
}

describe('camera', () => {
  it('puts points where the shared viewpoint convention does', () => {
    const viewpoint: Viewpoint = {
      azimuthDeg: 217,
      elevationDeg: 13,
      rollDeg: -4,
      distance: 9.3,
      fovDeg: 41,
      target: [0.2, 0.7, -0.4],
      offset: [0.03, -0.05],
    };
    const crop: Crop = { x: -17, y: 40, size: 333 };
    const radians = Math.PI / 180;
    const m = orbitCameraMatrix(
      {
        azimuth: viewpoint.azimuthDeg * radians,
        elevation: viewpoint.elevationDeg * radians,
        roll: viewpoint.rollDeg * radians,
        distance: viewpoint.distance,
        fov: viewpoint.fovDeg * radians,
        target: viewpoint.target,
        offset: viewpoint.offset as [number, number],
      },
      crop,
    );
    const p = [1.1, 0.4, 2.2] as const;
    const row = (r: number) => m[r] * p[0] + m[r + 1] * p[1] + m[r + 2] * p[2] + m[r + 3];
    const expected = project(viewpoint, crop, p);
    expect(row(0) / row(8)).toBeCloseTo(expected.x, 9);
    expect(row(4) / row(8)).toBeCloseTo(expected.y, 9);
    expect(row(12)).toBeCloseTo(expected.depth, 9);
  });
});

describe('forward against closed forms', () => {
  it('a plane facing the camera covers its projected rectangle', () => {
    const buffers = drawn(sceneOf(plane(2, 1), frontCamera, 200));
    const side = 200 / (2 * 4 * Math.tan(0.35));
    expect(covered(buffers.mask)).toBe(4 * Math.round(side) * Math.round(side / 2));
    expect(buffers.depth[100 * 200 + 100]).toBeCloseTo(4, 12);
  });

  it('a sphere covers the disc that its tangent cone cuts', () => {
    const buffers = drawn(sceneOf(icosphere(5), frontCamera, 400));
    const radius = (400 * Math.tan(Math.asin(1 / 4))) / (2 * Math.tan(0.35));
    expect(covered(buffers.mask) / (Math.PI * radius ** 2)).toBeGreaterThan(0.997);
    expect(covered(buffers.mask) / (Math.PI * radius ** 2)).toBeLessThan(1.001);
    const middle = 200 * 400 + 200;
    expect(Math.abs(buffers.depth[middle] - 3)).toBeLessThan(0.002);
  });

  it('looks a texture up with exact perspective on a plane at an angle', () => {
    const mesh = plane(2, 2);
    const camera: OrbitCamera = { ...frontCamera, azimuth: 1.1, elevation: 0.3 };
    // a texture of two texels is u itself between their centres
    const surface = surfaceOf(mesh, 2, 1, [-0.25 + 0.5, 0, 0, 0.75, 0, 0]);
    const size = 64;
    const scene = sceneOf(mesh, camera, size, { surface });
    const buffers = drawn(scene);
    const m = scene.camera;
    let checked = 0;
    for (let p = 0; p < size * size; p++) {
      if (buffers.face[p] < 0) continue;
      const [px, py] = [(p % size) + 0.5, Math.floor(p / size) + 0.5];
      // solve (X, Y) = W (px, py) for a point (x, y, 0) of the plane
      const [a, b, e] = [m[0] - px * m[8], m[1] - px * m[9], px * m[11] - m[3]];
      const [c, d, f] = [m[4] - py * m[8], m[5] - py * m[9], py * m[11] - m[7]];
      const x = (e * d - b * f) / (a * d - b * c);
      const u = (x + 1) / 2;
      if (u < 0.25 || u > 0.75) continue;
      expect(buffers.colour[3 * p]).toBeCloseTo(u, 9);
      checked++;
    }
    expect(checked).toBeGreaterThan(100);
  });

  it('is bilinear between texel centres and clamped at the rim, v downwards', () => {
    const mesh = plane(2, 2);
    const texels = [0, 0, 0, 1, 0, 0, 0, 1, 0, 1, 1, 0];
    const buffers = drawn(
      sceneOf(mesh, { ...frontCamera, fov: 2 * Math.atan(0.25) }, 8, {
        surface: surfaceOf(mesh, 2, 2, texels),
      }),
    );
    const at = (x: number, y: number) => buffers.colour.slice(3 * (8 * y + x), 3 * (8 * y + x) + 2);
    const axis = [0, 0, 1 / 8, 3 / 8, 5 / 8, 7 / 8, 1, 1];
    for (let y = 0; y < 8; y++) {
      for (let x = 0; x < 8; x++) {
        expect(at(x, y)[0]).toBeCloseTo(axis[x], 9);
        expect(at(x, y)[1]).toBeCloseTo(axis[y], 9);
      }
    }
  });

  it('lights a sphere with the shared harmonics and encodes for sRGB', () => {
    const mesh = icosphere(4);
    const light = Float64Array.from({ length: 27 }, (_, k) => 0.3 + 0.1 * Math.sin(3 * k));
    const surface: Surface = { ...surfaceOf(mesh, 1, 1, [0.5, 0.6, 0.7]), light, transfer: 'srgb' };
    const size = 101;
    const buffers = drawn(sceneOf(mesh, frontCamera, size, { surface }));
    const basis = new Float64Array(9);
    const scale = (2 * Math.tan(0.35)) / size;
    for (const [x, y] of [
      [50, 50],
      [70, 40],
      [30, 62],
    ]) {
      const [dx, dy] = [(x + 0.5 - size / 2) * scale, -(y + 0.5 - size / 2) * scale];
      const a = dx * dx + dy * dy + 1;
      const t = (4 - Math.sqrt(16 - a * 15)) / a;
      evaluateBasis(t * dx, t * dy, 4 - t, basis);
      const shading = basis.reduce((sum, b, k) => sum + b * light[3 * k + 1], 0);
      expect(buffers.colour[3 * (size * y + x) + 1]).toBeCloseTo(encodeSrgb(0.6 * shading), 2);
    }
  });

  it('leaves no hole where pixel centres lie on shared edges and corners', () => {
    for (const size of [33, 64, 101]) {
      const { face } = drawn(sceneOf(icosphere(4), frontCamera, size));
      for (let y = 0; y < size; y++) {
        const row = Array.from(face.subarray(y * size, (y + 1) * size), (f) => f >= 0);
        const run = row.lastIndexOf(true) - row.indexOf(true) + 1;
        if (row.includes(true)) expect(row.filter(Boolean).length).toBe(run);
      }
    }
  });

  it('shows the nearer of two faces whatever their order', () => {
    const mesh = plane(2, 2);
    const vertices = Float64Array.from([...mesh.vertices, ...mesh.vertices.map((v) => v * 0.5)]);
    for (let k = 14; k < 24; k += 3) vertices[k] = -1;
    for (const order of [
      [0, 1, 2, 0, 2, 3, 4, 5, 6, 4, 6, 7],
      [4, 5, 6, 4, 6, 7, 0, 1, 2, 0, 2, 3],
    ]) {
      const both: SimpleMesh = { vertices, faces: Uint32Array.from(order), uv: new Float64Array(24) };
      const buffers = drawn(sceneOf(both, frontCamera, 20));
      expect(buffers.depth[10 * 20 + 10]).toBeCloseTo(4, 9);
    }
  });

  it('draws an orthographic camera without perspective', () => {
    const mesh = plane(1, 1);
    const window = { x: 0, y: 0, size: 100 };
    for (const distance of [2, 50]) {
      const camera = orthographicMatrix({ ...frontCamera, distance, height: 3.85 }, window);
      const buffers = drawn({ ...sceneOf(mesh, frontCamera, 100), camera });
      expect(covered(buffers.mask)).toBe(26 * 26);
      expect(buffers.depth[50 * 100 + 50]).toBeCloseTo(distance, 9);
    }
  });
});
