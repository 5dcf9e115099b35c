import sharp from 'sharp';
import type { PhotoPixels } from '../src/engine/studio/rooms.ts';

/** A drawn car beside its photo, both of one size. */
export interface ComparedPictures {
  photo: PhotoPixels;
  drawn: PhotoPixels;
  /** [height, width] 255 where the pixel is in the mask and the car covers at least half of it, else 0 */
  inside: Uint8Array;
}

/** Reads a picture over transparency, a photo and its mask. Throws where they are not of one size. */
export async function readCompared(render: string, photo: string, mask: string): Promise<ComparedPictures> {
  const { data, info } = await sharp(render).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  const [seen, wanted] = await Promise.all([
    sharp(photo).autoOrient().toColourspace('srgb').removeAlpha().raw().toBuffer(),
    sharp(mask).removeAlpha().extractChannel(0).raw().toBuffer(),
  ]);
  if (seen.length !== 3 * width * height || wanted.length !== width * height) {
    throw new Error(`readCompared: ${render}, ${photo} and ${mask} are not of one size`);
  }
  return {
    photo: { width, height, rgb: new Uint8Array(seen) },
    drawn: { width, height, rgb: new Uint8Array(data).filter((_, i) => i % 4 !== 3) },
    inside: Uint8Array.from({ length: width * height }, (_, p) =>
      (wanted[p] ?? 0) >= 128 && (data[4 * p + 3] ?? 0) >= 128 ? 255 : 0,
    ),
  };
}
