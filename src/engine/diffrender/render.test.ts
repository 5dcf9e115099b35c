import { describe, expect, it } from 'vitest';
import { evaluateBasis } from '../../shared/spherical-harmonics.ts';
import { type Crop, project, type Viewpoint } from '../../shared/viewpoint.ts';
import { type OrbitCamera, orbitCameraMatrix, orthographicMatrix } from './camera.ts';
import { createGradients } from './gradients.ts';
import { render, renderBackward } from './render.ts';
import { silhouetteMargin } from './silhouette.ts';
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
import { buildTopology } from './topology.ts';
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
      const camera = orthographicMatrix({ ...frontCamera, distance }, window, 3.85);
      const buffers = drawn({ ...sceneOf(mesh, frontCamera, 100), camera });
      expect(covered(buffers.mask)).toBe(26 * 26);
      expect(buffers.depth[50 * 100 + 50]).toBeCloseTo(distance, 9);
    }
  });
});

describe('soft silhouette', () => {
  const camera: OrbitCamera = { ...frontCamera, azimuth: 0.4, elevation: 0.2 };

  it('of the single nearest face is exp(-d^2 sigmainv) of the distance to the mesh', () => {
    const size = 100;
    const buffers = drawn(
      sceneOf(plane(2, 2), { ...frontCamera, fov: 1 }, size, { silhouette: { sigmainv: 400, nearest: 1 } }),
    );
    const half = size / (2 * 4 * Math.tan(0.5));
    for (const [x, y] of [
      [50, 22],
      [78, 50],
      [25, 25],
      [23, 50],
    ]) {
      const dx = Math.max(0, Math.abs(x + 0.5 - size / 2) - half);
      const dy = Math.max(0, Math.abs(y + 0.5 - size / 2) - half);
      const d2 = (dx * dx + dy * dy) * (2 / size) ** 2;
      expect(d2).toBeGreaterThan(0);
      expect(buffers.mask[y * size + x]).toBeCloseTo(Math.exp(-400 * d2), 9);
    }
  });

  it('finds with contour edges alone what all faces give', () => {
    const random = randomSource(11);
    const mesh = icosphere(3);
    for (let k = 0; k < mesh.vertices.length; k++) mesh.vertices[k] *= 0.8 + 0.3 * random();
    const scene = sceneOf(mesh, camera, 96, { silhouette: { sigmainv: 300, nearest: 1 } });
    const contour = drawn(scene);
    // with many faces kept, the one nearest of them is found among all
    const all = { ...scene, silhouette: { sigmainv: 300, nearest: 64 } };
    const kept = drawn(all);
    let compared = 0;
    for (let slot = 0; slot < kept.nearTotal[0]; slot++) {
      const distances = kept.nearDistances.subarray(slot * 64, slot * 64 + kept.nearCount[slot]);
      const expected = Math.exp(-Math.min(...distances) * 300 * (2 / 96) ** 2);
      expect(contour.mask[kept.nearPixels[slot]]).toBeCloseTo(expected, 12);
      compared++;
    }
    expect(compared).toBe(contour.nearTotal[0]);
    expect(compared).toBeGreaterThan(300);
  });

  it('multiplies over faces as DIB-R does, checked against every face by brute force', () => {
    const mesh = icosphere(1);
    const size = 40;
    const scene = sceneOf(mesh, camera, size, { silhouette: { sigmainv: 200, nearest: 64 } });
    const buffers = drawn(scene);
    const margin = silhouetteMargin({ sigmainv: 200, nearest: 64 }, size);
    const point = (v: number) => [
      buffers.clip[4 * v] / buffers.clip[4 * v + 2],
      buffers.clip[4 * v + 1] / buffers.clip[4 * v + 2],
    ];
    for (let p = 0; p < size * size; p++) {
      if (buffers.face[p] >= 0) continue;
      const [px, py] = [(p % size) + 0.5, Math.floor(p / size) + 0.5];
      let outside = 1;
      for (let f = 0; f < mesh.faces.length; f += 3) {
        let d2 = Infinity;
        for (let k = 0; k < 3; k++) {
          const [ax, ay] = point(mesh.faces[f + k]);
          const [bx, by] = point(mesh.faces[f + ((k + 1) % 3)]);
          const l2 = (bx - ax) ** 2 + (by - ay) ** 2;
          const t = Math.min(1, Math.max(0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / l2));
          d2 = Math.min(d2, (px - ax - t * (bx - ax)) ** 2 + (py - ay - t * (by - ay)) ** 2);
        }
        if (d2 < margin * margin) outside *= 1 - Math.exp(-d2 * 200 * (2 / size) ** 2);
      }
      expect(buffers.mask[p]).toBeCloseTo(1 - outside, 9);
    }
  });

  it('falls below a thousandth at its margin, so that the cut leaves no step', () => {
    const silhouette = { sigmainv: 7000, nearest: 1 };
    const margin = silhouetteMargin(silhouette, 256) * (2 / 256);
    expect(Math.exp(-7000 * margin ** 2)).toBeCloseTo(0.001, 12);
  });
});

describe('what is out of the ordinary', () => {
  const all = (values: ArrayLike<number>) => Array.from(values).every(Number.isFinite);

  function differentiated(scene: Scene) {
    const buffers = drawn(scene);
    const gradients = createGradients(scene, { texels: true });
    const size = scene.width * scene.height;
    const picture = {
      colour: new Float64Array(3 * size).fill(1),
      mask: new Float64Array(size).fill(1),
    };
    renderBackward(scene, buffers, picture, gradients);
    return { buffers, gradients };
  }

  function ball(change: (mesh: SimpleMesh) => void = () => undefined, rest: Partial<Scene> = {}) {
    const mesh = icosphere(2);
    change(mesh);
    return sceneOf(mesh, frontCamera, 48, {
      silhouette: { sigmainv: 300, nearest: 4 },
      surface: randomSurface(mesh, randomSource(3)),
      ...rest,
    });
  }

  it('back faces are drawn only when they are not culled; a closed mesh looks the same', () => {
    const inverted = ball((mesh) => {
      for (let f = 0; f < mesh.faces.length; f += 3)
        [mesh.faces[f], mesh.faces[f + 1]] = [mesh.faces[f + 1], mesh.faces[f]];
    });
    // seen from outside an inverted ball shows its far half
    expect(drawn(inverted).depth[24 * 48 + 24]).toBeGreaterThan(4.9);
    expect(drawn({ ...inverted, cullBack: false }).depth[24 * 48 + 24]).toBeLessThan(3.1);
    expect(drawn({ ...ball(), cullBack: false }).colour).toEqual(drawn(ball()).colour);
    const sheet = sceneOf(plane(1, 1), { ...frontCamera, azimuth: Math.PI }, 16);
    expect(covered(drawn(sheet).mask)).toBe(0);
    expect(covered(drawn({ ...sheet, cullBack: false }).mask)).toBeGreaterThan(0);
  });

  it('faces behind the camera are not drawn', () => {
    const scene = sceneOf(icosphere(2), { ...frontCamera, distance: -4 }, 32, {
      silhouette: { sigmainv: 300, nearest: 4 },
    });
    const { buffers, gradients } = differentiated(scene);
    expect(covered(buffers.mask)).toBe(0);
    expect(gradients.vertices.every((g) => g === 0)).toBe(true);
  });

  it('a face that crosses the near plane is cut by it', () => {
    // a floor one unit below an eye that looks along it: all rows under the horizon down to the near plane's
    const mesh: SimpleMesh = {
      vertices: Float64Array.from([-50, 0, 90, 50, 0, 90, 0, 0, -900]),
      faces: Uint32Array.from([0, 1, 2]),
      uv: new Float64Array(6),
    };
    const camera: OrbitCamera = { ...frontCamera, target: [0, 1, 0], distance: 10, fov: Math.PI / 2 };
    const size = 64;
    const near = 2;
    const buffers = drawn(
      sceneOf(mesh, camera, size, { near, cullBack: false, silhouette: { sigmainv: 300, nearest: 1 } }),
    );
    const column = Array.from({ length: size }, (_, y) => buffers.mask[y * size + size / 2]);
    // depth of the floor at row centre y is 1 / ((y + 0.5) / 32 - 1)
    column.forEach((m, y) => {
      const depth = 1 / ((y + 0.5) / 32 - 1);
      expect(m).toBe(depth >= near && depth <= 910 ? 1 : 0);
    });
    expect(covered(Float64Array.from(column))).toBe(16);
  });

  it('degenerate faces are not drawn and harm nothing', () => {
    const scene = ball((mesh) => {
      for (let k = 0; k < 3; k++) {
        mesh.vertices[3 * mesh.faces[31] + k] = mesh.vertices[3 * mesh.faces[30] + k];
        mesh.vertices[3 * mesh.faces[61] + k] = mesh.vertices[3 * mesh.faces[60] + k];
      }
    });
    const { buffers, gradients } = differentiated(scene);
    expect(covered(buffers.mask)).toBeGreaterThan(500);
    expect(all(gradients.vertices) && all(gradients.camera) && all(buffers.colour)).toBe(true);
  });

  it('a vertex that is not finite takes away its faces and nothing else', () => {
    const whole = covered(drawn(ball()).face.map((f) => (f >= 0 ? 1 : 0)) as unknown as Float64Array);
    for (const bad of [Number.NaN, Infinity]) {
      const near = icosphere(2);
      let front = 0;
      for (let v = 0; v < near.vertices.length / 3; v++)
        if (near.vertices[3 * v + 2] > near.vertices[3 * front + 2]) front = v;
      const scene = ball(
        (mesh) => {
          mesh.vertices[3 * front + 1] = bad;
        },
        { silhouette: { sigmainv: 300, nearest: 1 } },
      );
      const { buffers, gradients } = differentiated(scene);
      const left = buffers.face.reduce((sum, f) => sum + (f >= 0 ? 1 : 0), 0);
      expect(left).toBeGreaterThan(0.6 * whole);
      expect(left).toBeLessThan(whole);
      expect(all(buffers.colour) && all(buffers.mask)).toBe(true);
      expect(all(gradients.vertices) && all(gradients.camera) && all(gradients.light)).toBe(true);
      expect(Array.from(gradients.vertices.subarray(3 * front, 3 * front + 3))).toEqual([0, 0, 0]);
    }
  });

  it('texels and light that are not finite become black without a gradient', () => {
    const mesh = icosphere(2);
    const surface = randomSurface(mesh, randomSource(3));
    const texels = Float64Array.from(surface.texture.texels).fill(Number.NaN);
    const scene = ball(undefined, { surface: { ...surface, texture: { ...surface.texture, texels } } });
    const { buffers, gradients } = differentiated(scene);
    expect(buffers.colour.every((c) => c === 0)).toBe(true);
    expect(all(gradients.vertices) && all(gradients.texels as Float64Array)).toBe(true);
  });

  it('a camera that is not finite, or that looks away, draws an empty picture', () => {
    for (const camera of [
      { ...frontCamera, azimuth: Number.NaN },
      { ...frontCamera, target: [90, 0, 0] as const },
    ]) {
      const scene = sceneOf(icosphere(1), camera, 16, { silhouette: { sigmainv: 300, nearest: 2 } });
      const { buffers, gradients } = differentiated(scene);
      expect(covered(buffers.mask)).toBe(0);
      expect(all(gradients.vertices) && all(gradients.camera)).toBe(true);
    }
  });

  it('a picture without pixels and a mesh without faces are valid', () => {
    expect(() => differentiated(sceneOf(icosphere(0), frontCamera, 0))).not.toThrow();
    const empty: SimpleMesh = {
      vertices: new Float64Array(0),
      faces: new Uint32Array(0),
      uv: new Float64Array(0),
    };
    expect(covered(differentiated(sceneOf(empty, frontCamera, 8)).buffers.mask)).toBe(0);
  });

  it('sizes that do not match are refused by name', () => {
    const scene = sceneOf(icosphere(1), frontCamera, 16);
    const buffers = buffersFor(scene);
    expect(() => render({ ...scene, width: 17 }, buffers)).toThrow('buffers are too small');
    expect(() => render({ ...scene, vertices: new Float64Array(3) }, buffers)).toThrow('1 vertices given');
    expect(() => render({ ...scene, near: 0 }, buffers)).toThrow('near > 0');
    expect(() => render({ ...scene, silhouette: { sigmainv: 1, nearest: 2 } }, buffers)).toThrow(
      'asks for 2',
    );
    expect(() => render({ ...scene, silhouette: { sigmainv: 0, nearest: 1 } }, buffers)).toThrow('positive');
    expect(() => buildTopology(Uint32Array.from([0, 1, 9]), 3)).toThrow('names vertex 9 of 3');
  });

  it('buffers of a larger scene serve a smaller one', () => {
    const scene = ball();
    const alone = drawn(scene);
    const large = buffersFor({ ...scene, width: 100, height: 90, silhouette: { sigmainv: 300, nearest: 9 } });
    render({ ...scene, width: 100, height: 90 }, large);
    render(scene, large);
    const size = 48 * 48;
    expect(large.colour.subarray(0, 3 * size)).toEqual(alone.colour);
    expect(large.mask.subarray(0, size)).toEqual(alone.mask);
  });
});

describe('topology', () => {
  it('of a closed mesh has a neighbour everywhere, of a sheet at the diagonal alone', () => {
    const ball = icosphere(2);
    const { neighbours } = buildTopology(ball.faces, ball.vertices.length / 3);
    expect(neighbours.every((n) => n >= 0)).toBe(true);
    expect(Array.from(buildTopology(plane(1, 1).faces, 4).neighbours)).toEqual([-1, -1, 1, 0, -1, -1]);
  });

  it('gives an edge of three faces to none of them', () => {
    const { neighbours } = buildTopology(Uint32Array.from([0, 1, 2, 1, 0, 3, 0, 1, 4]), 5);
    expect(Array.from(neighbours)).toEqual(new Array(9).fill(-1));
  });
});
