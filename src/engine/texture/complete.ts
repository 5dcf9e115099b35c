import type { ModelRunner } from '../models/store.ts';
import type { AtlasLayout } from './atlas.ts';
import type { BakedPhoto } from './bake.ts';
import { type BlockAverages, boxBlur, shrinkAtlas } from './low-resolution.ts';

/** Side of the texture model's atlas. */
export const modelAtlasSide = 128;

/** Reach of the colour correction, in texels of the small atlas: three box blurs of this radius. */
const correctionRadius = 4;

/**
 * The whole atlas [128, 128, 3] sRGB 0..1 as the `texture` model imagines it, its low frequencies moved to the observed
 * colours near them so that no step shows where the guess begins. `smallLayout` is the template's layout at 128.
 */
export async function completeAtlas(
  models: ModelRunner,
  layout: AtlasLayout,
  smallLayout: AtlasLayout,
  baked: BakedPhoto,
): Promise<Float32Array> {
  const seen = shrinkAtlas(layout, baked.rgb, baked.visibility, modelAtlasSide);
  fillSmallGutter(smallLayout, seen);
  const { texture } = await models.run('texture', {
    partial: { data: partialAtlas(seen), dims: [1, 5, modelAtlasSide, modelAtlasSide] },
  });
  return harmonise(interleave(texture.data), seen);
}

/** Texels that no face covers take the nearest covered one, as in training. */
function fillSmallGutter(layout: AtlasLayout, seen: BlockAverages): void {
  layout.gutter.forEach((texel, i) => {
    const source = layout.gutterSource[i];
    seen.visibility[texel] = seen.visibility[source];
    seen.rgb.copyWithin(3 * texel, 3 * source, 3 * source + 3);
  });
}

/**
 * The model's input [5, S, S]: colour x visibility where the texel was seen, else its mirror texel's (u -> 1 - u) colour x
 * visibility; visibility; mirrored visibility.
 */
export function partialAtlas({ size, visibility, rgb }: BlockAverages): Float32Array {
  const plane = size * size;
  const partial = new Float32Array(5 * plane);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const own = y * size + x;
      const mirror = y * size + size - 1 - x;
      const from = visibility[own] > 0 ? own : mirror;
      for (let channel = 0; channel < 3; channel++) {
        partial[channel * plane + own] = rgb[3 * from + channel] * visibility[from];
      }
      partial[3 * plane + own] = visibility[own];
      partial[4 * plane + own] = visibility[mirror];
    }
  }
  return partial;
}

/** [3, S, S] to [S, S, 3]. */
function interleave(planes: Float32Array): Float32Array {
  const count = planes.length / 3;
  return new Float32Array(planes.length).map((_, i) => planes[(i % 3) * count + Math.floor(i / 3)]);
}

/** Adds to the guess the blurred difference of the observed colours from it; the correction fades away from them. */
function harmonise(guess: Float32Array, { size, visibility, rgb }: BlockAverages): Float32Array {
  const difference = rgb.map((value, i) => visibility[Math.floor(i / 3)] * (value - guess[i]));
  const spread = boxBlur(difference, size, 3, correctionRadius, 3);
  const weight = boxBlur(visibility, size, 1, correctionRadius, 3);
  return guess.map((value, i) =>
    Math.min(1, Math.max(0, value + spread[i] / (weight[Math.floor(i / 3)] + 0.05))),
  );
}
