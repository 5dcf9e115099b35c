import { throwIfCancelled } from '../../shared/errors.ts';
import type { ModelRunner } from '../models/store.ts';
import { type AtlasLayout, atlasLayout, fillGutter } from './atlas.ts';
import type { BakedPhoto, PhotoCar } from './bake.ts';
import { bareColour } from './clear-coat.ts';
import { type BlockAverages, shrinkAtlas } from './low-resolution.ts';
import { withNeuralEvidence } from './neural-evidence.ts';
import { bodywork, knownTexels, repaint } from './repaint.ts';
import { likelyTyre } from './tyres.ts';
import { roundWheels, wheelRadii } from './wheels.ts';

/** Side of the texture model's atlas. */
export const modelAtlasSide = 128;

/**
 * The whole atlas [128, 128, 3] sRGB 0..1 as the `texture` model imagines it; its hidden bodywork in the paint that the photo
 * shows, freed of what its coat mirrors, with what the neural view draws of what is hidden, its hidden wheels round and on rubber.
 */
export async function completeAtlas(
  models: ModelRunner,
  car: PhotoCar,
  layout: AtlasLayout,
  baked: BakedPhoto,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const { template } = car;
  const smallLayout = atlasLayout(template, modelAtlasSide);
  const seen = shrinkAtlas(layout, baked.rgb, baked.visibility, modelAtlasSide);
  // the gutter is filled as in training
  fillGutter(smallLayout, seen.visibility, 1);
  fillGutter(smallLayout, seen.rgb, 3);
  const { texture } = await models.run('texture', {
    partial: { data: partialAtlas(seen), dims: [1, 5, modelAtlasSide, modelAtlasSide] },
  });
  const body = bodywork(template, smallLayout);
  const known = knownTexels(seen);
  const painted = hiddenAs(bareColour, repaint(interleave(texture.data), seen, body, known), seen, body);
  throwIfCancelled(signal);
  const evidence = { car, layout: smallLayout, known, body, ...(signal ? { signal } : {}) };
  const drawn = await withNeuralEvidence(models, painted, evidence);
  const round = roundWheels(drawn, template, smallLayout, seen, known);
  const radii = wheelRadii(template, smallLayout);
  const everywhere = new Float32Array(radii.length).fill(1);
  return hiddenAs((colour, texel) => likelyTyre(colour, radii[texel]), round, seen, everywhere);
}

/** The guess [S, S, 3] with the colours of a part [S, S] 0..1 changed where the photo doesn't show it. */
function hiddenAs(
  changed: (colour: readonly number[], texel: number) => number[],
  guess: Float32Array,
  { visibility }: BlockAverages,
  part: Float32Array,
): Float32Array {
  const out = guess.slice();
  for (let texel = 0; texel < visibility.length; texel++) {
    const share = part[texel] * (1 - Math.min(1, 2 * visibility[texel]));
    if (share === 0) continue;
    const colour = [guess[3 * texel], guess[3 * texel + 1], guess[3 * texel + 2]];
    changed(colour, texel).forEach((value, k) => {
      out[3 * texel + k] += share * (value - colour[k]);
    });
  }
  return out;
}

/**
 * The model's input [5, S, S]: colour x visibility where the texel was seen, else its mirror texel's (u -> 1 - u) colour x
 * visibility; visibility; mirrored visibility.
 */
function partialAtlas({ size, visibility, rgb }: BlockAverages): Float32Array {
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
