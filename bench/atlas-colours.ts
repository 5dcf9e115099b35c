import { type AtlasLayout, fillGutter } from '../src/engine/texture/atlas.ts';
import type { BakedPhoto } from '../src/engine/texture/bake.ts';
import { shrinkAtlas } from '../src/engine/texture/low-resolution.ts';
import { linearToSrgb, srgbToLinear } from '../src/shared/colour.ts';

/** Side of the atlases that are compared: that of the true albedo. */
export const comparedSide = 256;

/** Colours of an atlas [side, side, 3] sRGB 0..1. */
export type AtlasColours = Float32Array;

/** An atlas at the compared size: means over the covered texels of each block. */
export function reduced(layout: AtlasLayout, rgb: Uint8Array): AtlasColours {
  return shrinkAtlas(layout, rgb, Float32Array.from(layout.covered), comparedSide).rgb;
}

/** What a photo showed, at the compared size, by visibility; 0 where it showed nothing. */
export function shown(
  layout: AtlasLayout,
  { rgb, visibility }: BakedPhoto,
): { colours: AtlasColours; visibility: Float32Array } {
  const { rgb: colours, visibility: seen } = shrinkAtlas(layout, rgb, visibility, comparedSide);
  return { colours, visibility: seen };
}

/** What is shown, else what its mirror image (u -> 1 - u) shows, else the mean of what is shown. */
export function plainlyMirrored(
  layout: AtlasLayout,
  { colours, visibility }: { colours: AtlasColours; visibility: Float32Array },
): AtlasColours {
  const mean = [0, 0, 0];
  let total = 0;
  for (const texel of layout.texels) {
    const weight = visibility[texel];
    total += weight;
    for (let k = 0; k < 3; k++) mean[k] += weight * colours[3 * texel + k];
  }
  const whole = new Float32Array(colours.length);
  for (const texel of layout.texels) {
    const mirror = texel + layout.size - 1 - 2 * (texel % layout.size);
    const from = visibility[texel] > 0 ? texel : visibility[mirror] > 0 ? mirror : -1;
    for (let k = 0; k < 3; k++) {
      whole[3 * texel + k] = from < 0 ? mean[k] / Math.max(total, 1e-9) : colours[3 * from + k];
    }
  }
  fillGutter(layout, whole, 3);
  return whole;
}

/** Mean absolute difference, sRGB 0..1, over some texels; null where there is none. */
export function meanError(a: AtlasColours, b: AtlasColours, texels: readonly number[]): number | null {
  if (texels.length === 0) return null;
  const sum = texels.reduce((total, texel) => {
    for (let k = 3 * texel; k < 3 * texel + 3; k++) total += Math.abs(a[k] - b[k]) / 3;
    return total;
  }, 0);
  return sum / texels.length;
}

/**
 * The factor in linear light that gives some texels of `a` the mean of `b`'s: a photo can't tell a bright car in little light
 * from a dark one in much.
 */
export function exposureTo(a: AtlasColours, b: AtlasColours, texels: readonly number[]): number {
  const total = (colours: AtlasColours) =>
    texels.reduce((sum, texel) => {
      for (let k = 3 * texel; k < 3 * texel + 3; k++) sum += srgbToLinear(colours[k]);
      return sum;
    }, 0);
  const own = total(a);
  return own > 0 ? total(b) / own : 1;
}

/** Colours times a factor in linear light, cut at 1. */
export function exposed(colours: AtlasColours, factor: number): AtlasColours {
  return colours.map((value) => linearToSrgb(Math.min(1, factor * srgbToLinear(value))));
}
