import { linearToSrgb, srgbToLinear } from '../../shared/colour.ts';
import { evaluateBasis, shCount } from '../../shared/spherical-harmonics.ts';
import type { Template } from '../../shared/template.ts';

export interface BakeInput {
  template: Template;
  /** [V, 3] unit normals of the car's vertices */
  normals: Float32Array;
  texture: { size: number; rgb: Uint8Array };
  /** [9, 3] */
  light: ArrayLike<number>;
}

/** How far shading is carried beyond the charts' rims, so that filtering finds no dark seams; in texels. */
const gutter = 8;

/**
 * Multiplies the light into the atlas: every texel is lit by the normal of the surface point that it covers, by
 * linear rgb = albedo x sum_k c_k Y_k(n), and encoded as sRGB again. Returns [size, size, 3].
 */
export function bakeLight({ template, normals, texture, light }: BakeInput): Uint8Array {
  const { size, rgb } = texture;
  const shading = new Float32Array(3 * size * size).fill(1);
  const covered = new Uint8Array(size * size);
  forEachTexel(template, size, (texel, corners, weights) => {
    covered[texel] = 1;
    shading.set(shade(normals, corners, weights, light), 3 * texel);
  });
  for (let pass = 0; pass < gutter; pass++) spread(shading, covered, size);
  return rgb.map((value, i) => 255 * linearToSrgb(srgbToLinear(value / 255) * shading[i]) + 0.5);
}

type Three = readonly [number, number, number];

/** Calls back for every texel whose centre lies in a face's triangle in the atlas, with its vertices and barycentrics. */
function forEachTexel(
  { faces, uv }: Template,
  size: number,
  visit: (texel: number, corners: Three, weights: Three) => void,
): void {
  for (let f = 0; f < faces.length; f += 3) {
    const [ax, ay, bx, by, cx, cy] = uv.subarray(2 * f, 2 * f + 6).map((value) => value * size);
    const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    if (area === 0) continue;
    const corners: Three = [faces[f], faces[f + 1], faces[f + 2]];
    const first = (...values: number[]) => Math.max(0, Math.ceil(Math.min(...values) - 0.5));
    const last = (...values: number[]) => Math.min(size - 1, Math.floor(Math.max(...values) - 0.5));
    for (let row = first(ay, by, cy); row <= last(ay, by, cy); row++) {
      for (let column = first(ax, bx, cx); column <= last(ax, bx, cx); column++) {
        const [x, y] = [column + 0.5, row + 0.5];
        const wb = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area;
        const wc = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area;
        if (wb < 0 || wc < 0 || wb + wc > 1) continue;
        visit(row * size + column, corners, [1 - wb - wc, wb, wc]);
      }
    }
  }
}

const basis = new Float64Array(shCount);

function shade(normals: Float32Array, corners: Three, weights: Three, light: ArrayLike<number>): Three {
  const mix = (axis: number) =>
    weights[0] * normals[3 * corners[0] + axis] +
    weights[1] * normals[3 * corners[1] + axis] +
    weights[2] * normals[3 * corners[2] + axis];
  const [x, y, z] = [mix(0), mix(1), mix(2)];
  const length = Math.hypot(x, y, z) || 1;
  evaluateBasis(x / length, y / length, z / length, basis);
  const sum: [number, number, number] = [0, 0, 0];
  for (let k = 0; k < shCount; k++) {
    for (let c = 0; c < 3; c++) sum[c] += light[3 * k + c] * basis[k];
  }
  return sum;
}

/** Gives every uncovered texel beside covered ones their mean. */
function spread(shading: Float32Array, covered: Uint8Array, size: number): void {
  const before = covered.slice();
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const texel = y * size + x;
      if (before[texel]) continue;
      const sum = [0, 0, 0];
      let count = 0;
      for (let ny = Math.max(0, y - 1); ny <= Math.min(size - 1, y + 1); ny++) {
        for (let nx = Math.max(0, x - 1); nx <= Math.min(size - 1, x + 1); nx++) {
          const neighbour = ny * size + nx;
          if (!before[neighbour]) continue;
          count++;
          for (let c = 0; c < 3; c++) sum[c] += shading[3 * neighbour + c];
        }
      }
      if (count === 0) continue;
      covered[texel] = 1;
      for (let c = 0; c < 3; c++) shading[3 * texel + c] = sum[c] / count;
    }
  }
}
