import type { Crop } from '../../shared/viewpoint.ts';
import { resample } from '../photo/resample.ts';
import { squaredDistances } from './distance.ts';

/** A mask's crop at some resolution. Both arrays are [size, size], row-major from the top. */
export interface MaskCrop {
  size: number;
  /** share of the pixel that the car covers, 0..1; 0 where not valid */
  mask: Float32Array;
  /** 1 where at least half of the pixel lies in the photo; no loss is taken elsewhere */
  valid: Uint8Array;
}

/** The same with its colours. */
export interface ColourCrop {
  size: number;
  /** [size, size, 3] sRGB-encoded, 0..1 */
  rgb: ArrayLike<number>;
  mask: ArrayLike<number>;
  valid: Uint8Array;
}

/** A mask's crop that an outline is fitted to. */
export class Target implements MaskCrop {
  #distance2: Float64Array | undefined;

  constructor(
    readonly size: number,
    readonly mask: Float32Array,
    readonly valid: Uint8Array,
  ) {}

  /** [size, size] squared distance in pixels from the centre to the masked area, 0 inside; made when first needed */
  get distance2(): Float64Array {
    this.#distance2 ??= distanceToMask(this.mask, this.size);
    return this.#distance2;
  }
}

function regionOf({ x, y, size }: Crop) {
  return { x, y, width: size, height: size };
}

/** Averages a photo's mask [height, width] 0..255 over squares of `crop.size / size` pixels, which may be smaller than one. */
export function cropMask(
  photo: { width: number; height: number },
  mask: Uint8Array,
  crop: Crop,
  size: number,
): MaskCrop {
  const { width, height } = photo;
  const source = { width, height, channels: 1, data: mask } as const;
  const { values, inside } = resample(source, regionOf(crop), size, size, 'box');
  const valid = new Uint8Array(size * size);
  for (let p = 0; p < valid.length; p++) {
    valid[p] = inside[p] >= 0.5 ? 1 : 0;
    values[p] *= valid[p] / 255;
  }
  return { size, mask: values, valid };
}

/** The photo's sRGB-encoded colours [size, size, 3] 0..1, averaged like cropMask. */
export function cropColours(
  photo: { width: number; height: number; rgb: Uint8Array },
  crop: Crop,
  size: number,
): Float32Array {
  const { width, height, rgb } = photo;
  const source = { width, height, channels: 3, data: rgb } as const;
  const { values } = resample(source, regionOf(crop), size, size, 'box');
  for (let k = 0; k < values.length; k++) values[k] /= 255;
  return values;
}

/** The target at half the resolution. */
export function halved(target: Target): Target {
  const size = target.size / 2;
  const mask = new Float32Array(size * size);
  const valid = new Uint8Array(size * size);
  const corners = [0, 1, target.size, target.size + 1];
  for (let at = 0; at < valid.length; at++) {
    const first = 2 * Math.floor(at / size) * target.size + 2 * (at % size);
    let count = 0;
    let sum = 0;
    for (let corner = 0; corner < 4; corner++) {
      const p = first + corners[corner];
      if (!target.valid[p]) continue;
      count++;
      sum += target.mask[p];
    }
    valid[at] = count >= 2 ? 1 : 0;
    mask[at] = count > 0 ? sum / count : 0;
  }
  return new Target(size, mask, valid);
}

/** The outline lies half a pixel before the centre of the first covered pixel. */
function distanceToMask(mask: Float32Array, size: number): Float64Array {
  return squaredDistances(mask, size, size, 0.5).map((d2) => Math.max(0, Math.sqrt(d2) - 0.5) ** 2);
}

/**
 * The mask with the soft outline that the renderer gives its silhouettes: 1 inside, exp(-d^2 falloff) outside, so that a
 * car that fits exactly looks exactly like it. `falloff` is per squared pixel.
 */
export function softenMask(target: Target, falloff: number, out: Float64Array): void {
  const { mask, distance2 } = target;
  for (let p = 0; p < distance2.length; p++) out[p] = mask[p] >= 0.5 ? 1 : Math.exp(-distance2[p] * falloff);
}
