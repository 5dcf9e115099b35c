/**
 * Writes the test vectors that the renderers of src/engine/diffrender and training/ share:
 * `npx tsx scripts/make-diffrender-vectors.ts` fills src/engine/diffrender/vectors/ (all but training-*.json, which the
 * training renderer writes). The format is described in src/engine/diffrender/README.md.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import {
  buildTopology,
  createBuffers,
  createGradients,
  type OrbitCamera,
  orbitCameraBackward,
  orbitCameraMatrix,
  render,
  renderBackward,
  type SoftSilhouette,
  type Surface,
  type Window,
} from '../src/engine/diffrender/index.ts';
import { icosphere, randomSource, type SimpleMesh } from '../src/engine/diffrender/test-scenes.ts';
import { lossWeights } from '../src/engine/diffrender/vectors/loss-weights.ts';

interface Recipe {
  name: string;
  says: string;
  mesh: SimpleMesh;
  camera: OrbitCamera;
  window: Window;
  width: number;
  height: number;
  near: number;
  cullBack: boolean;
  silhouette: SoftSilhouette | null;
  transfer: Surface['transfer'];
  texture: [number, number];
}

const folder = fileURLToPath(new URL('../src/engine/diffrender/vectors/', import.meta.url));

function dented(level: number, seed: number): SimpleMesh {
  const random = randomSource(seed);
  const mesh = icosphere(level);
  for (let k = 0; k < mesh.vertices.length; k++) mesh.vertices[k] *= 0.85 + 0.3 * random();
  return mesh;
}

const orbit: OrbitCamera = {
  azimuth: 0.7,
  elevation: 0.25,
  roll: 0.06,
  distance: 3.6,
  fov: 0.75,
  offset: [0.03, -0.02],
  target: [0.05, -0.04, 0.02],
};

const recipes: Recipe[] = [
  {
    name: 'ball-nearest-1',
    says: 'a dented ball, lit, sRGB, soft silhouette of the single nearest face',
    mesh: dented(1, 1),
    camera: orbit,
    window: { x: 0, y: 0, size: 20 },
    width: 20,
    height: 20,
    near: 0.01,
    cullBack: true,
    silhouette: { sigmainv: 150, nearest: 1 },
    transfer: 'srgb',
    texture: [6, 5],
  },
  {
    name: 'ball-nearest-30',
    says: 'a dented ball, lit, linear, soft silhouette of the 30 nearest faces, a window larger than the picture',
    mesh: dented(1, 2),
    camera: { ...orbit, azimuth: 3.9, elevation: -0.1 },
    window: { x: -3, y: -5, size: 26 },
    width: 18,
    height: 14,
    near: 0.01,
    cullBack: true,
    silhouette: { sigmainv: 120, nearest: 30 },
    transfer: 'linear',
    texture: [4, 4],
  },
  {
    name: 'inside-ball-near-plane',
    says: 'the eye stands inside a ball whose back faces are drawn: faces cross the near plane; hard mask',
    mesh: dented(0, 3),
    camera: { ...orbit, distance: 0.5, fov: 1.2 },
    window: { x: 0, y: 0, size: 16 },
    width: 16,
    height: 16,
    near: 0.2,
    cullBack: false,
    silhouette: null,
    transfer: 'linear',
    texture: [3, 7],
  },
];

/** Ten digits tell the two renderers' double precision apart from anything that matters, at half the size. */
const numbers = (values: ArrayLike<number>) =>
  Array.from(values, (value) => (Number.isFinite(value) ? Number(value.toPrecision(10)) : null));

function vector(recipe: Recipe, seed: number): string {
  const { mesh, camera, window, width, height, near, cullBack, silhouette, transfer } = recipe;
  const random = randomSource(100 + seed);
  const [tw, th] = recipe.texture;
  const surface: Surface = {
    uv: Float64Array.from(numbers(mesh.uv), Number),
    texture: {
      width: tw,
      height: th,
      texels: Float64Array.from({ length: 3 * tw * th }, () => Number((0.1 + 0.6 * random()).toFixed(4))),
    },
    light: Float64Array.from({ length: 27 }, (_, k) =>
      Number((k < 3 ? 2.5 : 0.5 * (random() - 0.5)).toFixed(4)),
    ),
    transfer,
  };
  const scene = {
    width,
    height,
    camera: orbitCameraMatrix(camera, window),
    near,
    topology: buildTopology(mesh.faces, mesh.vertices.length / 3),
    vertices: Float64Array.from(numbers(mesh.vertices), Number),
    cullBack,
    silhouette,
    surface,
  };
  const buffers = createBuffers({
    vertexCount: mesh.vertices.length / 3,
    faceCount: mesh.faces.length / 3,
    pixelCount: width * height,
    nearest: silhouette?.nearest ?? 1,
  });
  render(scene, buffers);
  const gradients = createGradients(scene, { texels: true });
  const weights = lossWeights(width * height);
  renderBackward(scene, buffers, weights, gradients);
  return `${JSON.stringify({
    name: recipe.name,
    says: recipe.says,
    made_by: 'scripts/make-diffrender-vectors.ts',
    scene: {
      width,
      height,
      orbit: camera,
      window,
      camera: Array.from(scene.camera),
      near,
      cull_back: cullBack,
      vertices: Array.from(scene.vertices),
      faces: Array.from(mesh.faces),
      uv: Array.from(surface.uv),
      texture: { width: tw, height: th, texels: Array.from(surface.texture.texels) },
      light: Array.from(surface.light ?? []),
      transfer,
      silhouette,
    },
    pictures: {
      colour: numbers(buffers.colour),
      mask: numbers(buffers.mask),
      depth: numbers(buffers.depth),
      face: Array.from(buffers.face),
    },
    gradients: {
      vertices: numbers(gradients.vertices),
      camera: numbers(gradients.camera),
      orbit: numbers(orbitCameraBackward(camera, window, gradients.camera)),
      light: numbers(gradients.light),
      texels: numbers(gradients.texels ?? []),
    },
  })}\n`;
}

mkdirSync(folder, { recursive: true });
recipes.forEach((recipe, seed) => {
  writeFileSync(`${folder}${recipe.name}.json`, vector(recipe, seed));
});
