import { expect, it } from 'vitest';
import { carVertices, cornerMesh, extent } from './car-geometry.ts';
import { contactShadow } from './contact-shadow.ts';

/** A unit tetrahedron standing on y = 0, faces outward. */
const template = {
  vertices: new Float32Array([-0.5, 0, -0.5, 0.5, 0, -0.5, 0, 0, 0.5, 0, 1, 0]),
  faces: new Uint32Array([0, 1, 2, 0, 3, 1, 1, 3, 2, 2, 3, 0]),
  uv: new Float32Array(24).map((_, i) => i / 24),
  mirror: new Uint32Array([1, 0, 2, 3]),
  parts: new Uint8Array(4),
};
const raised = new Float32Array(12);
raised[10] = 0.5;

it('scales the moved template to metres', () => {
  expect(extent(carVertices(template, raised, 4))).toEqual({ width: 4, height: 6, length: 4 });
});

it('gives every corner its vertex, its own texture coordinate and one smooth outward normal a vertex', () => {
  const vertices = carVertices(template, raised, 4);
  const { positions, normals, uv } = cornerMesh(template, vertices);
  expect(uv).toBe(template.uv);
  expect([...positions.subarray(12, 15)]).toEqual([0, 6, 0]);
  const top = [...normals.subarray(12, 15)];
  expect(Math.hypot(...top)).toBeCloseTo(1);
  expect(top[1]).toBeGreaterThan(0.9);
  expect([...normals.subarray(21, 24)]).toEqual(top);
  expect(normals[1]).toBeLessThan(0);
});

it('shades the ground under the car and not beside it', () => {
  const { alpha, size } = contactShadow(carVertices(template, raised, 4), 4);
  expect(Math.max(...alpha)).toBe(255);
  expect(alpha[0]).toBe(0);
  expect(alpha[(size / 2) * size + size - 1]).toBeLessThan(8);
});
