import { describe, expect, it } from 'vitest';
import type { OrbitCamera } from './camera.ts';
import { createGradients } from './gradients.ts';
import { mipmapped } from './mipmap.ts';
import { render, renderBackward } from './render.ts';
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
import type { Scene, Texture } from './types.ts';

const covered = (mask: Float64Array) => mask.reduce((sum, m) => sum + m, 0);

function drawn(scene: Scene) {
  const buffers = buffersFor(scene);
  render(scene, buffers);
  return buffers;
}

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

  it('the same holds with every feature on: contours, lamp, lobe, mip maps, attributes', () => {
    const everything = (change?: (mesh: SimpleMesh) => void, camera = frontCamera) => {
      const mesh = icosphere(2);
      change?.(mesh);
      const surface = randomSurface(mesh, randomSource(3));
      const scene = sceneOf(mesh, camera, 48, {
        cullBack: false,
        antialias: true,
        attributes: Float64Array.from({ length: 2 * (mesh.vertices.length / 3) }, (_, k) => k),
        surface: {
          ...surface,
          texture: mipmapped(surface.texture as Texture),
          lamp: { direction: Float64Array.of(0, 1, 0), radiance: Float64Array.of(1, 1, 1) },
          lobe: { specular: Float64Array.of(1, 1, 1), shininess: 20 },
        },
      });
      return differentiated(scene);
    };
    const scenes = [
      everything((mesh) => mesh.vertices.fill(Number.NaN, 3, 5)),
      everything((mesh) => mesh.vertices.fill(0.3, 0, 30)),
      everything((mesh) => mesh.uv.fill(Number.NaN, 0, 40)),
      everything(undefined, { ...frontCamera, distance: 0.9 }),
      everything(undefined, { ...frontCamera, distance: 1e-9 }),
      everything(undefined, { ...frontCamera, distance: 1e5 }),
    ];
    for (const { buffers, gradients } of scenes) {
      expect(all(buffers.colour) && all(buffers.mask) && all(buffers.attributes)).toBe(true);
      for (const values of Object.values(gradients) as (Float64Array | null)[])
        expect(values === null || all(values)).toBe(true);
    }
    expect(covered(scenes[0].buffers.mask)).toBeGreaterThan(300);
    expect(covered(scenes[3].buffers.mask)).toBe(48 * 48);
  });

  it('tiny triangles, hundreds to a pixel, draw the ball that large ones draw', () => {
    const [fine, coarse] = [5, 3].map((level) =>
      drawn(sceneOf(icosphere(level), { ...frontCamera, distance: 14 }, 32)),
    );
    expect(covered(fine.mask)).toBeGreaterThan(20);
    expect(Math.abs(covered(fine.mask) - covered(coarse.mask))).toBeLessThanOrEqual(2);
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
    expect(() => render({ ...scene, antialias: true }, buffers)).toThrow('antialias: true');
    expect(() => render({ ...scene, attributes: new Float64Array(42) }, buffers)).toThrow(
      '42 attributes given, the buffers hold 0',
    );
    const surface = randomSurface(icosphere(1), randomSource(1));
    const lobe = { specular: Float64Array.of(1, 1, 1), shininess: 2 };
    expect(() => render({ ...scene, surface: { ...surface, lobe } }, buffers)).toThrow('needs a lamp');
    const lamp = { direction: new Float64Array(3), radiance: new Float64Array(3) };
    expect(() => render({ ...scene, surface: { ...surface, lamp } }, buffers)).toThrow('must have a length');
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
