import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { icosphere, randomSource } from '../diffrender/test-scenes.ts';
import { loadTemplate } from '../models/template.ts';
import { minimumDegree } from './fill.ts';
import { Smoother, type VertexNeighbours, vertexNeighbours } from './smooth.ts';

const random = randomSource(5);
const real = await loadTemplate(
  fileURLToPath(new URL('../../../models/template.safetensors', import.meta.url)),
);

function randomField(vertexCount: number): Float64Array {
  return Float64Array.from({ length: 3 * vertexCount }, () => random() - 0.5);
}

/** The same by conjugate gradients until the residual is 1e-12 of b. */
function conjugateGradients(smoother: Smoother, b: Float64Array): Float64Array {
  const dot = (u: Float64Array, v: Float64Array) => u.reduce((sum, value, k) => sum + value * v[k], 0);
  const x = new Float64Array(b.length);
  const [residual, direction, image] = [b.slice(), b.slice(), new Float64Array(b.length)];
  let rr = dot(b, b);
  for (const goal = 1e-24 * rr; rr > goal; ) {
    smoother.apply(direction, image);
    const step = rr / dot(direction, image);
    for (let k = 0; k < b.length; k++) {
      x[k] += step * direction[k];
      residual[k] -= step * image[k];
    }
    const next = dot(residual, residual);
    for (let k = 0; k < b.length; k++) direction[k] = residual[k] + (next / rr) * direction[k];
    rr = next;
  }
  return x;
}

function pathOf(count: number): VertexNeighbours {
  const lists = Array.from({ length: count }, (_, v) =>
    [v - 1, v + 1].filter((other) => other >= 0 && other < count),
  );
  const start = new Uint32Array(count + 1);
  lists.forEach((list, v) => {
    start[v + 1] = start[v] + list.length;
  });
  return { start, list: Uint32Array.from(lists.flat()) };
}

describe('Smoother', () => {
  it('has the closed form where each vertex neighbours every other: eigenvalues 0 and 4 of a tetrahedron', () => {
    const faces = Uint32Array.of(0, 1, 2, 0, 3, 1, 0, 2, 3, 1, 3, 2);
    const smoother = new Smoother(vertexNeighbours(faces, 4), 12);
    const b = randomField(4);
    const x = new Float64Array(12);
    smoother.solve(b, x);
    for (let k = 0; k < 12; k++) {
      const mean = (b[k % 3] + b[3 + (k % 3)] + b[6 + (k % 3)] + b[9 + (k % 3)]) / 4;
      expect(x[k]).toBeCloseTo(mean + (b[k] - mean) / (1 + 12 * 4), 14);
    }
  });

  it('gives what conjugate gradients end at, on the template of models/', () => {
    const smoother = new Smoother(vertexNeighbours(real.faces, real.vertexCount), 12);
    const b = randomField(real.vertexCount);
    const x = new Float64Array(b.length);
    smoother.solve(b, x);
    conjugateGradients(smoother, b).forEach((value, k) => {
      expect(Math.abs(x[k] - value)).toBeLessThan(1e-10);
    });
    smoother.solve(b, b);
    expect(b).toEqual(x);
  });

  it('undoes its own equation, keeps the sum and flattens noise', () => {
    const ball = icosphere(2);
    const count = ball.vertices.length / 3;
    const smoother = new Smoother(vertexNeighbours(ball.faces, count), 20);
    const b = randomField(count);
    const [x, back] = [new Float64Array(b.length), new Float64Array(b.length)];
    smoother.solve(b, x);
    smoother.apply(x, back);
    const sum = (values: Float64Array) => values.reduce((total, v) => total + v, 0);
    back.forEach((v, k) => {
      expect(v).toBeCloseTo(b[k], 12);
    });
    expect(sum(x)).toBeCloseTo(sum(b), 10);
    expect(Math.max(...x.map(Math.abs))).toBeLessThan(0.3 * Math.max(...b.map(Math.abs)));
  });

  it('takes vertices that no face names', () => {
    const smoother = new Smoother(vertexNeighbours(Uint32Array.of(0, 2, 3), 5), 12);
    const b = randomField(5);
    const x = new Float64Array(15);
    smoother.solve(b, x);
    for (const k of [3, 4, 5, 12, 13, 14]) expect(x[k]).toBe(b[k]);
    expect(x.every(Number.isFinite)).toBe(true);
  });
});

describe('minimumDegree', () => {
  it('adds nothing to a path, and names every unknown once', () => {
    const { order, start, rows } = minimumDegree(pathOf(70));
    expect(rows.length).toBe(69);
    expect([...order].sort((a, b) => a - b)).toEqual(Array.from({ length: 70 }, (_, v) => v));
    for (let j = 0; j < 70; j++)
      for (let k = start[j]; k < start[j + 1]; k++) expect(rows[k]).toBeGreaterThan(j);
  });

  it('leaves little of the template to be stored', () => {
    const { rows } = minimumDegree(vertexNeighbours(real.faces, real.vertexCount));
    // of the 3.3 million below the diagonal; 7 680 are the edges
    expect(rows.length).toBeLessThan(83_000);
  });
});
