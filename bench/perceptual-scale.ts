import sharp from 'sharp';
import { cropOf } from '../src/engine/photo/crop.ts';
import type { PhotoPixels } from '../src/engine/studio/rooms.ts';
import { comparedSide, type PerceptualDistance } from './perceptual-distance.ts';

/** Pixels of the compared crop, of 128 along the side, by which a photo is blurred (sigma) or shifted for the scale. */
export const disturbedPixels = 2;

/** Distances of a photo from others that everybody can picture. */
export interface PerceptualScale {
  /** from itself, blurred by a Gaussian of disturbedPixels */
  blurred: number;
  /** from itself, shifted right by disturbedPixels */
  shifted: number;
  /** from the photo of another car, its crop laid over this one's */
  other: number;
}

/** What a photo with its mask says of a distance's scale, beside another photo with its mask. */
export async function perceptualScale(
  distance: PerceptualDistance,
  photo: PhotoPixels,
  mask: Uint8Array,
  other: { photo: PhotoPixels; mask: Uint8Array },
): Promise<PerceptualScale> {
  const crop = cropOf(mask, photo.width, photo.height);
  const pixels = (disturbedPixels * crop.size) / comparedSide;
  const self = { picture: photo, crop };
  const raw = { width: photo.width, height: photo.height, channels: 3 as const };
  const smooth = await sharp(photo.rgb, { raw }).blur(Math.max(0.3, pixels)).raw().toBuffer();
  const blurred = { picture: { ...photo, rgb: new Uint8Array(smooth) }, crop };
  const shifted = { picture: photo, crop: { ...crop, x: crop.x - pixels } };
  const another = { picture: other.photo, crop: cropOf(other.mask, other.photo.width, other.photo.height) };
  return {
    blurred: await distance.between(self, blurred, mask),
    shifted: await distance.between(self, shifted, mask),
    other: await distance.between(self, another, mask),
  };
}
