import type { Crop } from '../../shared/viewpoint.ts';
import { squaredDistances } from './distance.ts';

/** What a refinement sees of the photo: the crop at some resolution. All arrays are row-major from the top. */
export interface Target {
  size: number;
  /** [size, size, 3] sRGB-encoded, 0..1 */
  rgb: Float64Array;
  /** [size, size] share of the pixel that the car covers, 0..1 */
  mask: Float64Array;
  /** [size, size] 1 where at least half of the pixel lies in the photo; no loss is taken elsewhere */
  valid: Uint8Array;
  /** [size, size] squared distance in pixels from the centre to the masked area, 0 inside */
  distance2: Float64Array;
}

interface Pictures {
  photo: { width: number; height: number; rgb: Uint8Array };
  mask: Uint8Array;
}

/** Which of the photo's pixels of one axis go into each of the crop's, and with which weights: `stride` places for each. */
interface Weights {
  first: Int32Array;
  count: Int32Array;
  stride: number;
  values: Float64Array;
}

function weightsOf(start: number, step: number, size: number, limit: number): Weights {
  const stride = Math.ceil(step) + 1;
  const weights: Weights = {
    first: new Int32Array(size),
    count: new Int32Array(size),
    stride,
    values: new Float64Array(stride * size),
  };
  for (let k = 0; k < size; k++) {
    const from = start + k * step;
    const to = from + step;
    const first = Math.max(0, Math.floor(from));
    weights.first[k] = first;
    weights.count[k] = Math.max(0, Math.min(limit, Math.ceil(to)) - first);
    for (let i = 0; i < weights.count[k]; i++)
      weights.values[stride * k + i] = Math.max(0, Math.min(to, first + i + 1) - Math.max(from, first + i));
  }
  return weights;
}

/** Averages the crop over squares of `crop.size / size` photo pixels; whatever lies outside the photo counts for nothing. */
export function cropTarget({ photo, mask }: Pictures, crop: Crop, size: number): Target {
  const step = crop.size / size;
  const columns = weightsOf(crop.x, step, size, photo.width);
  const rows = weightsOf(crop.y, step, size, photo.height);
  const rgb = new Float64Array(3 * size * size);
  const coverage = new Float64Array(size * size);
  const valid = new Uint8Array(size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      let [area, red, green, blue, covered] = [0, 0, 0, 0, 0];
      for (let j = 0; j < rows.count[y]; j++) {
        const weight = rows.values[rows.stride * y + j];
        const first = (rows.first[y] + j) * photo.width + columns.first[x];
        for (let i = 0; i < columns.count[x]; i++) {
          const w = weight * columns.values[columns.stride * x + i];
          const p = first + i;
          area += w;
          red += w * photo.rgb[3 * p];
          green += w * photo.rgb[3 * p + 1];
          blue += w * photo.rgb[3 * p + 2];
          covered += w * mask[p];
        }
      }
      const at = y * size + x;
      if (area < 0.5 * step * step) continue;
      const scale = 1 / (255 * area);
      valid[at] = 1;
      rgb[3 * at] = red * scale;
      rgb[3 * at + 1] = green * scale;
      rgb[3 * at + 2] = blue * scale;
      coverage[at] = covered * scale;
    }
  }
  return { size, rgb, mask: coverage, valid, distance2: distanceToMask(coverage, size) };
}

/** The target at half the resolution. */
export function halved(target: Target): Target {
  const size = target.size / 2;
  const rgb = new Float64Array(3 * size * size);
  const mask = new Float64Array(size * size);
  const valid = new Uint8Array(size * size);
  const corners = [0, 1, target.size, target.size + 1];
  for (let at = 0; at < valid.length; at++) {
    const first = 2 * Math.floor(at / size) * target.size + 2 * (at % size);
    let count = 0;
    for (let corner = 0; corner < 4; corner++) {
      const p = first + corners[corner];
      if (!target.valid[p]) continue;
      count++;
      mask[at] += target.mask[p];
      for (let k = 0; k < 3; k++) rgb[3 * at + k] += target.rgb[3 * p + k];
    }
    valid[at] = count >= 2 ? 1 : 0;
    const share = count > 0 ? 1 / count : 0;
    mask[at] *= share;
    for (let k = 0; k < 3; k++) rgb[3 * at + k] *= share;
  }
  return { size, rgb, mask, valid, distance2: distanceToMask(mask, size) };
}

/** The outline lies half a pixel before the centre of the first covered pixel. */
function distanceToMask(mask: Float64Array, size: number): Float64Array {
  return squaredDistances(mask, size, size, 0.5).map((d2) => Math.max(0, Math.sqrt(d2) - 0.5) ** 2);
}

/**
 * The mask with the soft outline that the renderer gives its silhouettes: 1 inside, exp(-d^2 falloff) outside, so that a
 * car that fits exactly looks exactly like it. `falloff` is per squared pixel.
 */
export function softenMask(target: Target, falloff: number, out: Float64Array): void {
  for (let p = 0; p < target.distance2.length; p++)
    out[p] = target.mask[p] >= 0.5 ? 1 : Math.exp(-target.distance2[p] * falloff);
}
