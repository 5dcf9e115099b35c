import type { Fragments } from './fragments.ts';
import type { Real } from './types.ts';

/** Weights of the spherical harmonics of order 2 in their order, see src/shared/spherical-harmonics.ts. */
const harmonicWeights: readonly number[] = [
  0.282095, 0.488603, 0.488603, 0.488603, 1.092548, 1.092548, 0.315392, 1.092548, 0.546274,
];

const weighted = new Float64Array(27);

/** The light's coefficients times the weights of their functions, by channel [3, 9]. */
function weigh(light: Real): Float64Array {
  for (let i = 0; i < 9; i++) {
    for (let k = 0; k < 3; k++) weighted[9 * k + i] = light[3 * i + k] * harmonicWeights[i];
  }
  return weighted;
}

/** shading = sum_i light_i Y_i(n) of a run. */
export function harmonicShading(fragments: Fragments, count: number, light: Real): void {
  const [nx, ny, nz] = fragments.n;
  const w = weigh(light);
  for (let k = 0; k < 3; k++) {
    const out = fragments.shading[k];
    const at = 9 * k;
    const [w0, w1, w2, w3, w4] = [w[at], w[at + 1], w[at + 2], w[at + 3], w[at + 4]];
    const [w5, w6, w7, w8] = [w[at + 5], w[at + 6], w[at + 7], w[at + 8]];
    for (let i = 0; i < count; i++) {
      const x = nx[i];
      const y = ny[i];
      const z = nz[i];
      out[i] =
        w0 - w6 + x * (w3 + w4 * y + w7 * z + w8 * x) + y * (w1 + w5 * z - w8 * y) + z * (w2 + 3 * w6 * z);
    }
  }
}

/** Adds the gradient of the shading (dColour x albedo) of a run to normals and light [9, 3]. */
export function harmonicShadingBackward(
  fragments: Fragments,
  count: number,
  light: Real,
  lightGradient: Float64Array,
): void {
  const { n, dN, dColour, albedo } = fragments;
  const [nx, ny, nz] = n;
  const [dx, dy, dz] = dN;
  const w = weigh(light);
  for (let k = 0; k < 3; k++) {
    const colour = dColour[k];
    const texel = albedo[k];
    const at = 9 * k;
    const [w1, w2, w3, w4] = [w[at + 1], w[at + 2], w[at + 3], w[at + 4]];
    const [w5, w6, w7, w8] = [w[at + 5], w[at + 6], w[at + 7], w[at + 8]];
    let [s0, s1, s2, s3, s4, s5, s6, s7, s8] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
    for (let i = 0; i < count; i++) {
      const g = colour[i] * texel[i];
      if (g === 0) continue;
      const x = nx[i];
      const y = ny[i];
      const z = nz[i];
      const gx = g * x;
      const gy = g * y;
      const gz = g * z;
      s0 += g;
      s1 += gy;
      s2 += gz;
      s3 += gx;
      s4 += gx * y;
      s5 += gy * z;
      s6 += gz * z;
      s7 += gx * z;
      s8 += gx * x - gy * y;
      dx[i] += g * (w3 + w4 * y + w7 * z + 2 * w8 * x);
      dy[i] += g * (w1 + w4 * x + w5 * z - 2 * w8 * y);
      dz[i] += g * (w2 + w5 * y + w7 * x + 6 * w6 * z);
    }
    const sums = [s0, s1, s2, s3, s4, s5, 3 * s6 - s0, s7, s8];
    for (let i = 0; i < 9; i++) lightGradient[3 * i + k] += sums[i] * harmonicWeights[i];
  }
}
