import { throwIfCancelled } from '../../shared/errors.ts';
import type { Template } from '../../shared/template.ts';
import type { ModelRunner } from '../models/store.ts';
import { type AtlasLayout, atlasLayout, fillGutter } from './atlas.ts';
import { type BakedPhoto, bakePhoto, type PhotoCar } from './bake.ts';
import { calmed } from './calm.ts';
import { completeAtlas, modelAtlasSide } from './complete.ts';
import { boxBlur, Magnified, shrinkAtlas } from './low-resolution.ts';
import { mergeViews } from './merge-views.ts';
import { layOver } from './multi-band.ts';
import { paintLight } from './paint-light.ts';
import { withLikelyTyres } from './tyres.ts';

export interface CarTexture {
  /** texels along the side */
  size: number;
  /** [size, size, 3] sRGB albedo */
  rgb: Uint8Array;
  /** [size, size] 255 where the photo showed the texel, 0 where it was guessed, between in the blend */
  observed: Uint8Array;
  /** [9, 3] light of the first photo, under which the albedo gives its colours; see paintLight */
  light: Float32Array;
}

export interface TextureOptions {
  /** a multiple of 256; 1024 unless told, which is soon done */
  size?: number;
  /** of a new car: its light, whose strength is only guessed, is set by what a clear coat mirrors too; once, or it adds up */
  settleExposure?: boolean;
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
 * The atlas of a car: what the photo or the photos show (each with its own camera and light, all of the same shape), its
 * mirror image where only the other side is seen, the `texture` model's guess and the neural view's pictures for the rest,
 * blended without seams. How far its albedo is off on held-out renders, beside plain mirroring: bench/RESULTS.md.
 */
export async function textureCar(
  models: ModelRunner,
  photos: PhotoCar | readonly [PhotoCar, ...PhotoCar[]],
  options: TextureOptions = {},
): Promise<CarTexture> {
  const size = options.size ?? 1024;
  const cars = ('template' in photos ? [photos] : photos).map((car) => ({
    ...car,
    light: paintLight(car, options),
  }));
  const { template } = cars[0];
  const layout = atlasLayout(template, size);
  const baked = mergeViews(
    layout,
    cars.map((car) => bakePhoto(car, layout)),
  );
  throwIfCancelled(options.signal);
  const guess = await completeAtlas(models, cars[0], layout, baked, options.signal);
  throwIfCancelled(options.signal);
  return { ...blend(template, layout, baked, feather(layout, baked), guess), light: cars[0].light };
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
    share[texel] = 255 * Math.min(1, 4 * (v - leastVisible)) * inwards + 0.5;
  }
  return share;
}

/** The guess, over it what the photo shows of the other side, over both what it shows of this one. */
function blend(
  template: Template,
  layout: AtlasLayout,
  baked: BakedPhoto,
  share: Uint8Array,
  guess: Float32Array,
): Omit<CarTexture, 'light'> {
  const { rgb: seen } = baked;
  const { size } = layout;
  const rgb = magnify(layout, guess);
  layOver(layout, rgb, {
    rgb: withLikelyTyres(template, layout, calmed(template, layout, baked)),
    share,
    mirrored: true,
  });
  layOver(layout, rgb, { rgb: seen, share, mirrored: false });
  fillGutter(layout, rgb, 3);
  fillGutter(layout, share, 1);
  return { size, rgb, observed: share };
}

/** The model's atlas [128, 128, 3] 0..1 at the covered texels of the large one, sRGB bytes. */
function magnify({ size, texels }: AtlasLayout, small: Float32Array): Uint8Array {
  const smooth = new Magnified(small, modelAtlasSide, 3, size);
  const rgb = new Uint8Array(3 * size * size);
  const colour = new Float32Array(3);
  for (let i = 0; i < texels.length; i++) {
    const texel = texels[i];
    const y = (texel / size) | 0;
    smooth.colourAt(texel - y * size, y, colour);
    for (let k = 0; k < 3; k++) rgb[3 * texel + k] = 255 * colour[k] + 0.5;
  }
  return rgb;
}
