import type { Template } from '../../shared/template.ts';
import { icosphere } from '../diffrender/test-scenes.ts';

/** Vertical profile of a car-like body at length position z in [-0.5, 0.5]: hood, cabin and trunk. */
function roof(z: number): number {
  const cabin = 1 / (1 + Math.exp(-(0.17 - Math.abs(z + 0.06)) * 40));
  return 0.17 + 0.13 * cabin;
}

/**
 * A template that looks roughly like a car, for tests that must not need models/: an icosphere (20 x 4^level faces)
 * pressed into a body with hood and cabin, on the ground, of length 1, symmetric, with six shape coefficients.
 */
export function carLikeTemplate(level = 3): Template {
  const ball = icosphere(level);
  const count = ball.vertices.length / 3;
  const vertices = new Float32Array(3 * count);
  const stretch = (t: number, power: number) => Math.sign(t) * Math.abs(t) ** power;
  for (let v = 0; v < 3 * count; v += 3) {
    const z = 0.5 * stretch(ball.vertices[v + 2], 0.75);
    const y = stretch(ball.vertices[v + 1], 0.5);
    vertices[v] = 0.2 * stretch(ball.vertices[v], 0.5) * (y > 0.4 ? 0.85 : 1);
    vertices[v + 1] = y > 0 ? 0.1 + (roof(z) - 0.1) * y : 0.1 + 0.1 * y;
    vertices[v + 2] = z;
  }
  normalise(vertices);
  const mirror = mirrorOf(vertices);
  const deformations: ((x: number, y: number, z: number) => [number, number, number])[] = [
    (x) => [0.12 * x, 0, 0],
    (_x, y) => [0, 0.12 * y, 0],
    (_x, y, z) => [0, 0, 0.4 * y * (0.25 - z * z)],
    (_x, y, z) => [0, 0.15 * y * z, 0],
    (x, _y, z) => [-0.2 * x * z * z, 0, 0],
    (_x, y, z) => [0, 0.6 * y * (z * z - 0.08), 0],
  ];
  const basis = new Float32Array(deformations.length * 3 * count);
  deformations.forEach((deform, k) => {
    for (let v = 0; v < 3 * count; v += 3)
      basis.set(deform(vertices[v], vertices[v + 1], vertices[v + 2]), 3 * k * count + v);
  });
  return {
    vertexCount: count,
    faceCount: ball.faces.length / 3,
    coefficientCount: deformations.length,
    vertices,
    faces: ball.faces,
    uv: Float32Array.from({ length: 2 * ball.faces.length }, (_, at) => {
      const v = 3 * ball.faces[at >> 1];
      return at % 2 === 0 ? 0.5 + 2 * vertices[v] : 1 - (vertices[v + 2] + 0.5 + vertices[v + 1]) / 1.4;
    }),
    mirror,
    parts: new Uint8Array(ball.faces.length / 3),
    basis,
    typicalLengths: { sedan: 4.7 },
  };
}

function normalise(vertices: Float32Array): void {
  let [low, ground] = [Infinity, Infinity];
  let high = -Infinity;
  for (let v = 0; v < vertices.length; v += 3) {
    ground = Math.min(ground, vertices[v + 1]);
    low = Math.min(low, vertices[v + 2]);
    high = Math.max(high, vertices[v + 2]);
  }
  for (let v = 0; v < vertices.length; v += 3) {
    vertices[v] /= high - low;
    vertices[v + 1] = (vertices[v + 1] - ground) / (high - low);
    vertices[v + 2] = (vertices[v + 2] - (low + high) / 2) / (high - low);
  }
}

function mirrorOf(vertices: Float32Array): Uint32Array {
  const key = (x: number, y: number, z: number) => [x, y, z].map((t) => Math.round(t * 1e5) + 0).join(',');
  const index = new Map<string, number>();
  for (let v = 0; v < vertices.length; v += 3)
    index.set(key(vertices[v], vertices[v + 1], vertices[v + 2]), v / 3);
  return Uint32Array.from({ length: vertices.length / 3 }, (_, v) => {
    const other = index.get(key(-vertices[3 * v], vertices[3 * v + 1], vertices[3 * v + 2]));
    if (other === undefined) throw new Error(`carLikeTemplate: vertex ${v} has no mirrored vertex.`);
    return other;
  });
}
