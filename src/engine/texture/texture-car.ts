import { throwIfCancelled } from '../../shared/errors.ts';
import type { ModelRunner } from '../models/store.ts';
import { type AtlasLayout, atlasLayout, fillGutter } from './atlas.ts';
import { type BakedPhoto, bakePhoto, type PhotoCar } from './bake.ts';
import { completeAtlas, modelAtlasSide } from './complete.ts';
import { boxBlur, Magnified, shrinkAtlas } from './low-resolution.ts';
import { mergeViews } from './merge-views.ts';

export interface CarTexture {
  /** texels along the side */
  size: number;
  /** [size, size, 3] sRGB albedo */
  rgb: Uint8Array;
  /** [size, size] 255 where the photo showed the texel, 0 where it was guessed, between in the blend */
  observed: Uint8Array;
}

export interface TextureOptions {
  /** a multiple of 128; 1024 unless told, which is soon done */
  size?: number;
  signal?: AbortSignal;
}

/** Crops from this many photo pixels on are finer than an atlas of 1024 texels, which holds both sides of the car. */
const fineCrop = 800;

/** The atlas that keeps what a photo shows at its own resolution: 2048 or 1024 texels along the side. */
export function fullAtlasSize(crop: { size: number }): number {
  return crop.size >= fineCrop ? 2048 : 1024;
}

/** Side of the picture in which the border of the observed region is feathered, and the feather's reach in its texels. */
const featherSide = 256;
const featherRadius = 1;

/**
 * The atlas of a car: what the photo or the photos show (each with its own camera and light, all of the same shape), its mirror image where only the other side is seen, the `texture` model's
 * guess for the rest, blended without seams.
 */
export async function textureCar(
  models: ModelRunner,
  photos: PhotoCar | readonly [PhotoCar, ...PhotoCar[]],
  options: TextureOptions = {},
): Promise<CarTexture> {
  const size = options.size ?? 1024;
  const cars = 'template' in photos ? [photos] : photos;
  const { template } = cars[0];
  const layout = atlasLayout(template, size);
  const baked = mergeViews(
    layout,
    cars.map((car) => bakePhoto(car, layout)),
  );
  throwIfCancelled(options.signal);
  const guess = await completeAtlas(models, template, layout, baked);
  throwIfCancelled(options.signal);
  return blend(layout, baked, feather(layout, baked), guess);
}

/** A texel less visible than this counts as hidden. */
const leastVisible = 0.1;

/** Share of the photo in each texel [size, size] 0..255: the visibility, brought to 0 smoothly where it ends at once. */
function feather(layout: AtlasLayout, { rgb, visibility }: BakedPhoto): Uint8Array {
  const { size, texels, covered } = layout;
  const seen = new Float32Array(size * size);
  for (const texel of texels) if (visibility[texel] > leastVisible) seen[texel] = 1;
  const support = shrinkAtlas(layout, rgb, seen, featherSide).visibility;
  const coverage = shrinkAtlas(layout, rgb, Float32Array.from(covered), featherSide).visibility;
  const spread = boxBlur(support, featherSide, 1, featherRadius, 2);
  const room = boxBlur(coverage, featherSide, 1, featherRadius, 2);
  const depth = new Magnified(
    spread.map((value, i) => value / Math.max(room[i], 1e-6)),
    featherSide,
    1,
    size,
  );
  const share = new Uint8Array(size * size);
  for (let k = 0; k < texels.length; k++) {
    const texel = texels[k];
    const v = visibility[texel];
    if (v <= leastVisible) continue;
    const inwards = Math.min(1, Math.max(0, 2 * depth.at(texel % size, Math.floor(texel / size), 0) - 0.9));
    share[texel] = 255 * Math.min(1, 2 * (v - leastVisible)) * inwards + 0.5;
  }
  return share;
}

function blend(layout: AtlasLayout, baked: BakedPhoto, share: Uint8Array, guess: Float32Array): CarTexture {
  const { size, texels } = layout;
  const imagined = new Magnified(guess, modelAtlasSide, 3, size);
  const rgb = new Uint8Array(3 * size * size);
  for (let k = 0; k < texels.length; k++) {
    const texel = texels[k];
    const x = texel % size;
    const y = Math.floor(texel / size);
    const mirror = texel + size - 1 - 2 * x;
    const own = share[texel] / 255;
    const other = share[mirror] / 255;
    for (let channel = 0; channel < 3; channel++) {
      let value = 255 * imagined.at(x, y, channel);
      value += other * (baked.rgb[3 * mirror + channel] - value);
      value += own * (baked.rgb[3 * texel + channel] - value);
      rgb[3 * texel + channel] = value + 0.5;
    }
  }
  fillGutter(layout, rgb, 3);
  fillGutter(layout, share, 1);
  return { size, rgb, observed: share };
}
