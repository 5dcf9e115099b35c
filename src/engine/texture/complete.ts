import type { Template } from '../../shared/template.ts';
import type { ModelRunner } from '../models/store.ts';
import { type AtlasLayout, atlasLayout } from './atlas.ts';
import type { BakedPhoto } from './bake.ts';
import { type BlockAverages, boxBlur, shrinkAtlas } from './low-resolution.ts';
import { bodywork, knownTexels, repaint } from './repaint.ts';
import { roundWheels } from './wheels.ts';

/** Side of the texture model's atlas. */
export const modelAtlasSide = 128;

/** Reach of the colour correction, in texels of the small atlas: three box blurs of this radius. */
const correctionRadius = 3;

/**
 * The whole atlas [128, 128, 3] sRGB 0..1 as the `texture` model imagines it; its hidden bodywork in the paint that the photo
 * shows, its hidden wheels round, its low frequencies to the observed colours near them, so that no step shows where the guess
 * begins.
 */
export async function completeAtlas(
  models: ModelRunner,
  template: Template,
  layout: AtlasLayout,
  baked: BakedPhoto,
): Promise<Float32Array> {
  const smallLayout = atlasLayout(template, modelAtlasSide);
  const seen = shrinkAtlas(layout, baked.rgb, baked.visibility, modelAtlasSide);
  fillSmallGutter(smallLayout, seen);
  const { texture } = await models.run('texture', {
    partial: { data: partialAtlas(seen), dims: [1, 5, modelAtlasSide, modelAtlasSide] },
  });
  const body = bodywork(template, smallLayout);
  const known = knownTexels(seen);
  const painted = repaint(interleave(texture.data), seen, body, known);
  return roundWheels(harmonise(painted, seen, body), template, smallLayout, seen, known);
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

/**
 * Adds to the guess the blurred difference of the observed colours from it; the correction fades away from them. Bodywork is
 * corrected by bodywork and the rest by the rest, so that a dark tyre doesn't stain the paint beside it.
 */
function harmonise(guess: Float32Array, seen: BlockAverages, body: Float32Array): Float32Array {
  const paint = correction(guess, seen, body);
  const other = correction(
    guess,
    seen,
    body.map((share) => 1 - share),
  );
  return guess.map((value, i) => {
    const share = body[Math.floor(i / 3)];
    return Math.min(1, Math.max(0, value + share * paint[i] + (1 - share) * other[i]));
  });
}

/** The difference of observed colours from the guess, spread from texels of one kind (their share [S, S]). */
function correction(
  guess: Float32Array,
  { size, visibility, rgb }: BlockAverages,
  kind: Float32Array,
): Float32Array {
  const weight = visibility.map((value, texel) => value * kind[texel]);
  const difference = rgb.map((value, i) => weight[Math.floor(i / 3)] * (value - guess[i]));
  const spread = boxBlur(difference, size, 3, correctionRadius, 3);
  const room = boxBlur(weight, size, 1, correctionRadius, 3);
  return spread.map((value, i) => value / (room[Math.floor(i / 3)] + 0.05));
}
