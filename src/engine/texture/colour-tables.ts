import { linearToSrgb, srgbToLinear } from '../../shared/colour.ts';

/** Steps of `decodeTable` per 8-bit level. */
export const decodeSteps = 8;

/** Linear value of the sRGB level i / decodeSteps, levels 0..255. */
export const decodeTable = Float32Array.from({ length: 255 * decodeSteps + 1 }, (_, i) =>
  srgbToLinear(i / (255 * decodeSteps)),
);

/** Number of the last entry of `encodeTable`; its index is linear value x this. */
export const encodeLast = 8191;

/** sRGB level 0..255 (rounded) of the linear value i / encodeLast. */
export const encodeTable = Uint8Array.from({ length: encodeLast + 1 }, (_, i) =>
  Math.round(255 * linearToSrgb(i / encodeLast)),
);
