import { srgbToLinear } from '../src/shared/colour.ts';
import type { AtlasColours } from './atlas-colours.ts';
import { median } from './statistics.ts';

/** Light below this says nothing about a surface. */
const darkest = 0.02;

/**
 * How far one field of light is from another over some texels, in stops (log2), with one exposure removed: the median of
 * the absolute differences from the median difference. Null where no texel is lit in both.
 */
export function stopsApart(
  a: ArrayLike<number>,
  b: ArrayLike<number>,
  texels: readonly number[],
): number | null {
  const lit = texels.filter((texel) => a[texel] > darkest && b[texel] > darkest);
  if (lit.length === 0) return null;
  const differences = lit.map((texel) => Math.log2(a[texel] / b[texel]));
  const middle = median(differences);
  return median(differences.map((value) => Math.abs(value - middle)));
}

/** Least albedo and most light of a pixel, linear, from which its light can be told. */
const [blackest, whitest] = [0.02, 0.95];

/** [side, side] light that turned an albedo into a render's colours, mean of the channels; 0 where that can't be told. */
export function lightIn(colours: AtlasColours, albedo: AtlasColours): Float32Array {
  return Float32Array.from({ length: colours.length / 3 }, (_, texel) => {
    const sum = (of: AtlasColours) =>
      [0, 1, 2].reduce((total, k) => total + srgbToLinear(of[3 * texel + k]), 0);
    const [light, base] = [sum(colours), sum(albedo)];
    return base > 3 * blackest && light < 3 * whitest ? light / base : 0;
  });
}
