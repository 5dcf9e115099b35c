import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { normalised, outerSolid, solidOverlap, unpackSolid } from './outer-solid.ts';

/** A box as vertices and faces. */
function box(low: number[], high: number[]) {
  const vertices = [0, 1, 2, 3, 4, 5, 6, 7].flatMap((k) => [
    k & 1 ? high[0] : low[0],
    k & 2 ? high[1] : low[1],
    k & 4 ? high[2] : low[2],
  ]);
  const quads = [
    [0, 2, 3, 1],
    [4, 5, 7, 6],
    [0, 1, 5, 4],
    [2, 6, 7, 3],
    [0, 4, 6, 2],
    [1, 3, 7, 5],
  ];
  return { vertices, faces: quads.flatMap(([a, b, c, d]) => [a, b, c, a, c, d]) };
}

const sum = (solid: Uint8Array) => solid.reduce((total, value) => total + value, 0);

it('fills a box, and an ellipsoid to its volume', () => {
  const { vertices, faces } = box([-0.2, 0, -0.5], [0.2, 0.32, 0.5]);
  expect(sum(outerSolid(vertices, faces))).toBe(26 * 20 * 64);

  const [rings, around] = [40, 60];
  const sphere = Array.from({ length: (rings + 1) * around }, (_, i) => {
    const polar = (Math.floor(i / around) / rings) * Math.PI;
    const turn = ((i % around) / around) * 2 * Math.PI;
    const out = Math.sin(polar);
    return [0.2 * out * Math.cos(turn), 0.15 + 0.15 * Math.cos(polar), 0.5 * out * Math.sin(turn)];
  }).flat();
  const sides = Array.from({ length: rings * around }, (_, i) => {
    const next = Math.floor(i / around) * around + ((i + 1) % around);
    return [i, next, i + around, next, next + around, i + around];
  }).flat();
  const volume = sum(outerSolid(sphere, sides)) / 64 ** 3;
  expect(volume).toBeCloseTo((4 / 3) * Math.PI * 0.2 * 0.15 * 0.5, 3);
});

it('takes a hollow for solid and an open box for nothing', () => {
  const outer = box([-0.2, 0, -0.5], [0.2, 0.32, 0.5]);
  const inner = box([-0.1, 0.1, -0.2], [0.1, 0.2, 0.2]);
  const both = outerSolid(
    [...outer.vertices, ...inner.vertices],
    [...outer.faces, ...inner.faces.map((v) => v + 8)],
  );
  expect(solidOverlap(both, outerSolid(outer.vertices, outer.faces))).toBe(1);
  expect(sum(outerSolid(outer.vertices, outer.faces.slice(6)))).toBe(0);
});

it('gives the solid of training/turnaround_training/evaluate/solids.py', () => {
  const stored = JSON.parse(readFileSync(new URL('solid-vectors.json', import.meta.url), 'utf8'));
  const wanted = unpackSolid(Buffer.from(stored.solid, 'base64'), stored.voxels);
  expect(sum(wanted)).toBeGreaterThan(500);
  expect(outerSolid(stored.vertices, stored.faces, stored.voxels)).toEqual(wanted);
});

it('forgets size and place, and refuses bits of another size', () => {
  const { vertices, faces } = box([-0.2, 0, -0.5], [0.2, 0.32, 0.5]);
  const moved = vertices.map((value, i) => 3 * value + i / 100 - Math.floor(i / 3) * 0.03);
  expect(solidOverlap(outerSolid(normalised(moved), faces), outerSolid(vertices, faces))).toBeCloseTo(1, 6);
  expect(() => unpackSolid(new Uint8Array(3))).toThrow(RangeError);
  expect(solidOverlap(new Uint8Array(8), new Uint8Array(8))).toBe(0);
});
