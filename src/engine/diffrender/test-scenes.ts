import { createBuffers } from './buffers.ts';
import { type OrbitCamera, orbitCameraMatrix } from './camera.ts';
import { buildTopology } from './topology.ts';
import type { Scene, Surface } from './types.ts';

/** Deterministic random numbers in [0, 1) (mulberry32), so that a failing scene can be seen again. */
export function randomSource(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export interface SimpleMesh {
  vertices: Float64Array;
  faces: Uint32Array;
  uv: Float64Array;
}

/** Unit icosphere: 20 x 4^level faces, counter-clockwise from outside; uv by latitude and longitude, without wrapping. */
export function icosphere(level: number): SimpleMesh {
  const g = (1 + Math.sqrt(5)) / 2;
  let vertices = [
    [-1, g, 0],
    [1, g, 0],
    [-1, -g, 0],
    [1, -g, 0],
    [0, -1, g],
    [0, 1, g],
    [0, -1, -g],
    [0, 1, -g],
    [g, 0, -1],
    [g, 0, 1],
    [-g, 0, -1],
    [-g, 0, 1],
  ].map((p) => unit(p));
  let faces = [
    [0, 11, 5],
    [0, 5, 1],
    [0, 1, 7],
    [0, 7, 10],
    [0, 10, 11],
    [1, 5, 9],
    [5, 11, 4],
    [11, 10, 2],
    [10, 7, 6],
    [7, 1, 8],
    [3, 9, 4],
    [3, 4, 2],
    [3, 2, 6],
    [3, 6, 8],
    [3, 8, 9],
    [4, 9, 5],
    [2, 4, 11],
    [6, 2, 10],
    [8, 6, 7],
    [9, 8, 1],
  ];
  for (let l = 0; l < level; l++) {
    const middles = new Map<string, number>();
    const next: number[][] = [];
    const points = [...vertices];
    const middle = (a: number, b: number) => {
      const key = a < b ? `${a},${b}` : `${b},${a}`;
      const known = middles.get(key);
      if (known !== undefined) return known;
      points.push(unit([0, 1, 2].map((k) => (points[a][k] + points[b][k]) / 2)));
      middles.set(key, points.length - 1);
      return points.length - 1;
    };
    for (const [a, b, c] of faces) {
      const [ab, bc, ca] = [middle(a, b), middle(b, c), middle(c, a)];
      next.push([a, ab, ca], [b, bc, ab], [c, ca, bc], [ab, bc, ca]);
    }
    vertices = points;
    faces = next;
  }
  const uv = faces.flat().flatMap((v) => {
    const [x, y, z] = vertices[v];
    return [0.5 + 0.4 * x + 0.05 * z, 0.5 - 0.45 * y];
  });
  return {
    vertices: Float64Array.from(vertices.flat()),
    faces: Uint32Array.from(faces.flat()),
    uv: Float64Array.from(uv),
  };
}

function unit(p: number[]): number[] {
  const length = Math.hypot(...p);
  return p.map((x) => x / length);
}

/** One rectangle in the plane z = 0, facing +Z, uv from its top left corner. */
export function plane(width: number, height: number): SimpleMesh {
  const [w, h] = [width / 2, height / 2];
  return {
    vertices: Float64Array.from([-w, h, 0, -w, -h, 0, w, -h, 0, w, h, 0]),
    faces: Uint32Array.from([0, 1, 2, 0, 2, 3]),
    uv: Float64Array.from([0, 0, 0, 1, 1, 1, 0, 0, 1, 1, 1, 0]),
  };
}

export const frontCamera: OrbitCamera = {
  azimuth: 0,
  elevation: 0,
  roll: 0,
  distance: 4,
  fov: 0.7,
  offset: [0, 0],
  target: [0, 0, 0],
};

/** A scene of a mesh through a camera whose window is the whole square picture. */
export function sceneOf(
  mesh: SimpleMesh,
  camera: OrbitCamera,
  size: number,
  rest: Partial<Scene> = {},
): Scene {
  return {
    width: size,
    height: size,
    camera: orbitCameraMatrix(camera, { x: 0, y: 0, size }),
    near: 0.01,
    topology: buildTopology(mesh.faces, mesh.vertices.length / 3),
    vertices: mesh.vertices,
    cullBack: true,
    silhouette: null,
    surface: null,
    ...rest,
  };
}

export function buffersFor(scene: Scene) {
  return createBuffers({
    vertexCount: scene.topology.vertexCount,
    faceCount: scene.topology.faces.length / 3,
    pixelCount: scene.width * scene.height,
    nearest: scene.silhouette?.nearest ?? 1,
    attributeCount: (scene.attributes?.length ?? 0) / Math.max(1, scene.topology.vertexCount),
    antialias: scene.antialias ?? false,
  });
}

/** A random texture of 8 x 6 texels under random light. */
export function randomSurface(mesh: SimpleMesh, random: () => number): Surface {
  return {
    uv: mesh.uv,
    texture: { width: 8, height: 6, texels: Float64Array.from({ length: 144 }, () => 0.1 + 0.5 * random()) },
    light: Float64Array.from({ length: 27 }, (_, k) => (k < 3 ? 2.5 : 0.4 * (random() - 0.5))),
    transfer: 'srgb',
  };
}
