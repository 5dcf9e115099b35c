import { describe, expect, it } from 'vitest';
import { orbitCameraMatrix, orbitParameters } from './camera.ts';
import { createGradients } from './gradients.ts';
import { joinMeshes } from './meshes.ts';
import { mipmapped } from './mipmap.ts';
import {
  type OrthographicCamera,
  orthographicBackward,
  orthographicMatrix,
  orthographicParameters,
} from './orthographic.ts';
import { render, renderBackward } from './render.ts';
import { largestError, nudged, randomWeights, weighedLoss, withSurface } from './test-differences.ts';
import { buffersFor, frontCamera, icosphere, randomSource, randomSurface, sceneOf } from './test-scenes.ts';
import type { Lamp, Lobe, Scene, Surface, Texture } from './types.ts';

const size = 24;
const window = { x: 0, y: 0, size };

function dentedBall(random: () => number, level = 1) {
  const mesh = icosphere(level);
  for (let k = 0; k < mesh.vertices.length; k++) mesh.vertices[k] *= 0.85 + 0.3 * random();
  return mesh;
}

/** A dented ball with a random surface, changed as a test needs it. */
function ball(seed: number, change: (scene: Scene, surface: Surface, random: () => number) => Scene) {
  const random = randomSource(seed);
  const mesh = dentedBall(random);
  const surface = randomSurface(mesh, random);
  const camera = { ...frontCamera, azimuth: 6 * random(), elevation: random() - 0.5 };
  return change(sceneOf(mesh, camera, size, { surface }), surface, random);
}

/** The scene's gradients under a random loss, with that loss as a function of the scene. */
function differentiated(scene: Scene, seed: number, only?: 'colour' | 'mask') {
  const buffers = buffersFor(scene);
  const all = randomWeights(scene, buffers.sizes.attributeCount, randomSource(seed));
  const none = new Float64Array(0);
  const weights = only
    ? { colour: none, mask: none, depth: none, attributes: none, [only]: all[only] }
    : { ...all };
  const given = Object.fromEntries(
    Object.entries(weights).map(([name, values]) => [name, values?.length ? values : null]),
  );
  render(scene, buffers);
  const gradients = createGradients(scene, { texels: true, uv: true });
  renderBackward(scene, buffers, { colour: null, mask: null, ...given }, gradients);
  const lossOf = (s: Scene) => {
    render(s, buffers);
    return weighedLoss(buffers, weights);
  };
  const against = (gradient: ArrayLike<number> | null, moved: (k: number, h: number) => Scene) =>
    largestError(gradient ?? [], (k, h) => lossOf(moved(k, h)), buffers);
  const ofVertices = () =>
    against(gradients.vertices, (k, h) => ({ ...scene, vertices: nudged(scene.vertices, k, h) }));
  const ofCamera = () => {
    const rows = scene.camera[8] === 0 && scene.camera[9] === 0 ? [0, 8, 12, 16] : [0, 12];
    const places = Array.from({ length: 16 }, (_, k) => k).filter((k) =>
      rows.length === 2 ? k < 12 : k < 8 || k >= 12,
    );
    return against(
      places.map((k) => gradients.camera[k]),
      (k, h) => ({ ...scene, camera: nudged(scene.camera, places[k], h) }),
    );
  };
  return { gradients, buffers, against, ofVertices, ofCamera };
}

const lamp: Lamp = { direction: Float64Array.of(0.5, 2, 1.5), radiance: Float64Array.of(0.5, 0.4, 0.3) };
const lobe: Lobe = { specular: Float64Array.of(0.2, 0.25, 0.3), shininess: 7 };
const orthographic: OrthographicCamera = {
  ...frontCamera,
  azimuth: 0.8,
  elevation: 0.3,
  roll: 0.1,
  height: 3,
};

describe.each([1, 2, 3])('gradients against central differences, scene %i:', (seed) => {
  it('texture coordinates and attributes', () => {
    const scene = ball(seed, (s, _, random) => ({
      ...s,
      attributes: Float64Array.from({ length: 5 * s.topology.vertexCount }, random),
    }));
    const { gradients, against, ofVertices } = differentiated(scene, 10 + seed);
    const uv = scene.surface?.uv ?? [];
    expect(against(gradients.uv, (k, h) => withSurface(scene, { uv: nudged(uv, k, h) }))).toBeLessThan(1e-3);
    const values = scene.attributes ?? [];
    expect(
      against(gradients.attributes, (k, h) => ({ ...scene, attributes: nudged(values, k, h) })),
    ).toBeLessThan(1e-3);
    expect(ofVertices()).toBeLessThan(1e-3);
  });

  it.each(['perspective', 'orthographic'])('lamp and lobe, %s', (kind) => {
    const scene = ball(seed, (s, surface) => ({
      ...s,
      camera: kind === 'perspective' ? s.camera : orthographicMatrix(orthographic, window),
      surface: { ...surface, transfer: 'linear', lamp, lobe },
    }));
    const { gradients, against, ofVertices, ofCamera } = differentiated(scene, 20 + seed);
    const both = [...lamp.direction, ...lamp.radiance];
    const lampOf = (values: Float64Array): Lamp => ({
      direction: values.slice(0, 3),
      radiance: values.slice(3),
    });
    expect(
      against(gradients.lamp, (k, h) => withSurface(scene, { lamp: lampOf(nudged(both, k, h)) })),
    ).toBeLessThan(1e-3);
    const shine = [...lobe.specular, lobe.shininess];
    expect(
      against(gradients.lobe, (k, h) => {
        const values = nudged(shine, k, h);
        return withSurface(scene, { lobe: { specular: values.slice(0, 3), shininess: values[3] } });
      }),
    ).toBeLessThan(1e-3);
    expect(ofVertices()).toBeLessThan(1e-3);
    expect(ofCamera()).toBeLessThan(1e-3);
  });

  it('mip-mapped texels, texture coordinates and vertices', () => {
    const random = randomSource(seed);
    const base: Texture = {
      width: 32,
      height: 20,
      texels: Float64Array.from({ length: 1920 }, () => 0.2 + 0.5 * random()),
    };
    const scene = ball(seed, (s, surface) => ({ ...s, surface: { ...surface, texture: mipmapped(base) } }));
    const { gradients, against, ofVertices, ofCamera } = differentiated(scene, 30 + seed, 'colour');
    expect(
      against(gradients.texels?.subarray(0, 1920) ?? null, (k, h) =>
        withSurface(scene, { texture: mipmapped({ ...base, texels: nudged(base.texels, k, h) }) }),
      ),
    ).toBeLessThan(1e-3);
    const uv = scene.surface?.uv ?? [];
    expect(against(gradients.uv, (k, h) => withSurface(scene, { uv: nudged(uv, k, h) }))).toBeLessThan(1e-3);
    expect(ofVertices()).toBeLessThan(1e-3);
    expect(ofCamera()).toBeLessThan(1e-3);
  });

  it.each(['colour', 'mask'] as const)('contours, through the %s', (only) => {
    const scene = ball(seed, (s) => ({ ...s, antialias: true }));
    const plain = differentiated({ ...scene, antialias: false }, 40 + seed, only);
    const { gradients, ofVertices, ofCamera } = differentiated(scene, 40 + seed, only);
    expect(ofVertices()).toBeLessThan(1e-3);
    expect(ofCamera()).toBeLessThan(1e-3);
    expect(gradients.vertices).not.toEqual(plain.gradients.vertices);
  });

  it('an orthographic camera', () => {
    const scene = ball(seed, (s, surface) => ({
      ...s,
      camera: orthographicMatrix(orthographic, window),
      surface: { ...surface, lamp, lobe },
      silhouette: { sigmainv: 150, nearest: 2 },
    }));
    const { gradients, against, ofVertices } = differentiated(scene, 50 + seed);
    expect(ofVertices()).toBeLessThan(1e-3);
    const parameters = orthographicBackward(orthographic, window, gradients.camera);
    expect(
      against(parameters, (k, h) => ({
        ...scene,
        camera: orthographicMatrix(moved(orthographic, orthographicParameters[k], h), window),
      })),
    ).toBeLessThan(1e-3);
  });

  it('two meshes with textures of their own that hide one another', () => {
    const random = randomSource(seed);
    const meshes = [0, 1].map((m) => {
      const mesh = dentedBall(random, 1 - m);
      for (let v = 0; v < mesh.vertices.length; v += 3) mesh.vertices[v] += 0.8 * m;
      const texture: Texture = {
        width: 4 + m,
        height: 3,
        texels: Float64Array.from({ length: 9 * (4 + m) }, () => 0.2 + 0.5 * random()),
      };
      return { ...mesh, texture: m === 0 ? mipmapped(texture) : texture };
    });
    const joined = joinMeshes(meshes);
    const scene: Scene = {
      width: size,
      height: size,
      camera: orbitCameraMatrix({ ...frontCamera, azimuth: 0.5 }, window),
      near: 0.01,
      topology: joined.topology,
      vertices: joined.vertices,
      cullBack: true,
      silhouette: null,
      surface: { uv: joined.uv, texture: joined.texture, light: null, lamp, transfer: 'linear' },
      antialias: true,
    };
    const { gradients, buffers, against, ofVertices } = differentiated(scene, 60 + seed, 'colour');
    const seen = new Set(Array.from(buffers.face, (f) => (f < 0 ? -1 : joined.texture.ofFace[f])));
    expect([...seen].sort()).toEqual([-1, 0, 1]);
    expect(ofVertices()).toBeLessThan(1e-3);
    const [from, to] = joined.parts[1].texels;
    const { texels } = joined.texture;
    expect(
      against(gradients.texels?.subarray(from, to) ?? null, (k, h) =>
        withSurface(scene, { texture: { ...joined.texture, texels: nudged(texels, from + k, h) } }),
      ),
    ).toBeLessThan(1e-3);
  });
});

function moved(
  camera: OrthographicCamera,
  name: (typeof orthographicParameters)[number],
  h: number,
): OrthographicCamera {
  const shift = <T extends readonly number[]>(values: T, i: number) =>
    values.map((v, at) => (at === i ? v + h : v)) as unknown as T;
  const at = orthographicParameters.indexOf(name);
  if (name === 'offsetX' || name === 'offsetY') return { ...camera, offset: shift(camera.offset, at - 5) };
  if (name === 'targetX' || name === 'targetY' || name === 'targetZ')
    return { ...camera, target: shift(camera.target, at - 7) };
  return { ...camera, [name]: camera[name] + h };
}

it('names the parameters of both cameras alike but for the one that scales', () => {
  expect(orthographicParameters.filter((name) => name !== 'height')).toEqual(
    orbitParameters.filter((name) => name !== 'fov'),
  );
});
