import type { Picture } from '../../src/shared/studio-api.ts';

export interface Agreement {
  /** intersection over union of what is at least half opaque */
  iou: number;
  /** mean absolute difference of sRGB colours, 0..1, where both pictures are wholly opaque */
  difference: number;
}

/** How alike two pictures over transparency are. Throws a RangeError for two sizes. */
export function comparePictures(a: Picture, b: Picture): Agreement {
  if (a.width !== b.width || a.height !== b.height) {
    throw new RangeError(
      `comparePictures: one has ${a.width} x ${a.height} pixels, the other ${b.width} x ${b.height}.`,
    );
  }
  let [both, either, opaque, sum] = [0, 0, 0, 0];
  for (let i = 0; i < a.rgba.length; i += 4) {
    const [alphaA, alphaB] = [a.rgba[i + 3] ?? 0, b.rgba[i + 3] ?? 0];
    if (alphaA >= 128 || alphaB >= 128) either++;
    if (alphaA >= 128 && alphaB >= 128) both++;
    if (alphaA < 255 || alphaB < 255) continue;
    opaque++;
    for (let k = 0; k < 3; k++) sum += Math.abs((a.rgba[i + k] ?? 0) - (b.rgba[i + k] ?? 0)) / 765;
  }
  return { iou: either === 0 ? 0 : both / either, difference: opaque === 0 ? 1 : sum / opaque };
}
