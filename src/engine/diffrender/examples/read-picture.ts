import sharp from 'sharp';
import { encodeSrgb, srgbBytesToLinear } from '../index.ts';
import type { Picture } from './fit-a-mesh.ts';

/** Reads a square picture with transparency around its object, over black, as a drawing is. */
export async function readPicture(file: string): Promise<Picture> {
  const { data, info } = await sharp(file).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const mask = Float64Array.from({ length: info.width ** 2 }, (_, p) => data[4 * p + 3] / 255);
  const colour = Float64Array.from({ length: 3 * info.width ** 2 }, (_, k) => {
    const p = Math.floor(k / 3);
    return encodeSrgb(srgbBytesToLinear[data[4 * p + (k % 3)]] * mask[p]);
  });
  return { size: info.width, colour, mask };
}
