import {
  type Buffers,
  buildTopology,
  createBuffers,
  createGradients,
  type Gradients,
  orbitCameraMatrix,
  type Real,
  type Scene,
  sharedNumbers,
} from '../src/engine/diffrender/index.ts';
import { icosphere, randomSource } from '../src/engine/diffrender/test-scenes.ts';

export interface BenchScene {
  scene: Scene;
  buffers: Buffers;
  gradients: Gradients;
  picture: { colour: Real; mask: Real };
}

/** Copies numbers to memory that threads share, so that handing them to one costs nothing. */
function share(values: ArrayLike<number>): Float64Array {
  const shared = sharedNumbers(values.length);
  shared.set(values);
  return shared;
}

/**
 * The scene of `python -m turnaround_training.renderer.bench`: an ellipsoid of a car's proportions (20 x 4^level faces) with a random
 * texture of 256 x 256 texels under harmonics, soft silhouette of the nearest face; the loss is the sum of colour and mask, and
 * all gradients are asked for.
 */
export function benchScene(size: number, level: number): BenchScene {
  const mesh = icosphere(level);
  const random = randomSource(1);
  for (let v = 0; v < mesh.vertices.length; v += 3) {
    mesh.vertices[v] *= 0.2;
    mesh.vertices[v + 1] *= 0.16;
    mesh.vertices[v + 2] *= 0.5;
  }
  const uv = new Float64Array(2 * mesh.faces.length);
  mesh.faces.forEach((vertex, corner) => {
    uv[2 * corner] = mesh.vertices[3 * vertex + 1] + 0.5;
    uv[2 * corner + 1] = mesh.vertices[3 * vertex + 2] + 0.5;
  });
  const camera = {
    azimuth: 1,
    elevation: 0.2,
    roll: 0,
    distance: 2.4,
    fov: Math.PI / 6,
    offset: [0, 0],
    target: [0, 0, 0],
  } as const;
  const vertexCount = mesh.vertices.length / 3;
  const scene: Scene = {
    width: size,
    height: size,
    camera: orbitCameraMatrix(camera, { x: 0, y: 0, size }),
    near: 1e-3,
    topology: buildTopology(mesh.faces, vertexCount),
    vertices: share(mesh.vertices),
    cullBack: true,
    silhouette: { sigmainv: 7000, nearest: 1 },
    surface: {
      uv: share(uv),
      texture: { width: 256, height: 256, texels: share(Array.from({ length: 3 * 65536 }, random)) },
      light: share(Array.from({ length: 27 }, (_, k) => (k < 3 ? 2.5 : 0.4 * random() - 0.2))),
      transfer: 'srgb',
    },
  };
  const pixels = size * size;
  return {
    scene,
    buffers: createBuffers({
      vertexCount,
      faceCount: mesh.faces.length / 3,
      pixelCount: pixels,
      shared: true,
    }),
    gradients: createGradients(scene, { texels: true, shared: true }),
    picture: { colour: sharedNumbers(3 * pixels).fill(1), mask: sharedNumbers(pixels).fill(1) },
  };
}
