import { linearToSrgb, srgbToLinear } from '../../shared/colour.ts';
import { evaluateBasis, shCount } from '../../shared/spherical-harmonics.ts';
import type { Template } from '../../shared/template.ts';
import { atlasLayout, fillGutter } from '../texture/atlas.ts';

export interface BakeInput {
  template: Template;
  /** [V, 3] unit normals of the car's vertices */
  normals: Float32Array;
  texture: { size: number; rgb: Uint8Array };
  /** [9, 3] */
  light: ArrayLike<number>;
}

/**
 * Multiplies the light into the atlas: every texel is lit by the normal of the surface point that it covers, by
 * linear rgb = albedo x sum_k c_k Y_k(n), and encoded as sRGB again. Returns [size, size, 3].
 */
export function bakeLight({ template, normals, texture, light }: BakeInput): Uint8Array {
  const { size, rgb } = texture;
  const layout = atlasLayout(template, size);
  const linear = Float64Array.from({ length: 256 }, (_value, byte) => srgbToLinear(byte / 255));
  const baked = new Uint8Array(rgb.length);
  const basis = new Float64Array(shCount);
  layout.texels.forEach((texel, k) => {
    const corner = 3 * layout.faces[k];
    const [second, third] = [layout.weights[2 * k], layout.weights[2 * k + 1]];
    const mix = (axis: number) =>
      (1 - second - third) * normals[3 * template.faces[corner] + axis] +
      second * normals[3 * template.faces[corner + 1] + axis] +
      third * normals[3 * template.faces[corner + 2] + axis];
    const [x, y, z] = [mix(0), mix(1), mix(2)];
    const length = Math.hypot(x, y, z) || 1;
    evaluateBasis(x / length, y / length, z / length, basis);
    for (let c = 0; c < 3; c++) {
      let shading = 0;
      for (let b = 0; b < shCount; b++) shading += light[3 * b + c] * basis[b];
      baked[3 * texel + c] = 255 * linearToSrgb(linear[rgb[3 * texel + c]] * shading) + 0.5;
    }
  });
  fillGutter(layout, baked, 3);
  return baked;
}
