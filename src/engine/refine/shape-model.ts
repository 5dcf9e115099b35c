import type { Template } from '../../shared/template.ts';
import { solvePositive } from './solve.ts';
import { TemplateMesh } from './template-mesh.ts';

/** Coefficients [K] whose shape comes nearest to offsets [V, 3] in the least-squares sense, held a little towards 0. */
export function nearestCoefficients(template: Template, offsets: ArrayLike<number>): Float64Array {
  const { basis, coefficientCount: count } = template;
  const size = template.vertices.length;
  const matrix = TemplateMesh.of(template).basisProducts.slice();
  const right = new Float64Array(count);
  for (let i = 0; i < count; i++) for (let v = 0; v < size; v++) right[i] += basis[i * size + v] * offsets[v];
  let trace = 0;
  for (let i = 0; i < count; i++) trace += matrix[i * count + i];
  for (let i = 0; i < count; i++) matrix[i * count + i] += (1e-6 * trace) / count;
  return solvePositive(matrix, right);
}

/**
 * A car's shape as a sum: template + sum_k coefficient_k basis_k + rest + field. The coefficients carry a prior, `rest` is
 * what the start holds beyond them and never moves by itself, `field` is the free part.
 */
export interface Shape {
  /** [K] */
  coefficients: Float64Array;
  /** [V, 3] */
  rest: Float64Array;
  /** [V, 3] */
  field: Float64Array;
}

export function shapeOf(template: Template, offsets: ArrayLike<number>): Shape {
  const symmetric = Float64Array.from(offsets);
  symmetrise(template, symmetric);
  const coefficients = nearestCoefficients(template, symmetric);
  const shape: Shape = {
    coefficients,
    rest: new Float64Array(symmetric.length),
    field: new Float64Array(symmetric.length),
  };
  const explained = composeOffsets(template, shape);
  for (let v = 0; v < symmetric.length; v++) shape.rest[v] = symmetric[v] - explained[v];
  return shape;
}

/** Offsets [V, 3] from the template's mean. `out` is written and returned. */
export function composeOffsets(
  template: Template,
  shape: Shape,
  out: Float64Array = new Float64Array(template.vertices.length),
): Float64Array {
  const { basis } = template;
  const size = out.length;
  for (let v = 0; v < size; v++) out[v] = shape.rest[v] + shape.field[v];
  for (let k = 0; k < shape.coefficients.length; k++) {
    const c = shape.coefficients[k];
    if (c === 0) continue;
    const at = k * size;
    for (let v = 0; v < size; v++) out[v] += c * basis[at + v];
  }
  return out;
}

/** Gradient [K] of the coefficients from that of the vertices; written to `out`. */
export function coefficientGradient(template: Template, gradient: Float64Array, out: Float64Array): void {
  const { basis } = template;
  const size = gradient.length;
  for (let k = 0; k < out.length; k++) {
    let sum = 0;
    const at = k * size;
    for (let v = 0; v < size; v++) sum += basis[at + v] * gradient[v];
    out[k] = sum;
  }
}

/** Makes a field of vectors [V, 3] its own mirror image by averaging, in place. */
export function symmetrise(template: Template, field: Float64Array): void {
  const { mirror, vertexCount } = template;
  for (let v = 0; v < vertexCount; v++) {
    const o = mirror[v];
    if (o < v) continue;
    const a = 3 * v;
    const b = 3 * o;
    const x = (field[a] - field[b]) / 2;
    const y = (field[a + 1] + field[b + 1]) / 2;
    const z = (field[a + 2] + field[b + 2]) / 2;
    field[a] = x;
    field[a + 1] = y;
    field[a + 2] = z;
    field[b] = o === v ? x : -x;
    field[b + 1] = y;
    field[b + 2] = z;
  }
}
