import { StudioError } from '../../shared/errors.ts';

/** Sizes of the pictures that are read, in pixels. */
export const photoLimits = { maxSide: 20_000, maxPixels: 100_000_000, minSide: 16 } as const;

/** Throws `photo-too-large` or `photo-too-small` for a picture of this size in pixels. */
export function checkPhotoSize(name: string, width: number, height: number): void {
  const { maxSide, maxPixels, minSide } = photoLimits;
  if (width > maxSide || height > maxSide || width * height > maxPixels) {
    throw new StudioError(
      'photo-too-large',
      `${name} has ${width} x ${height} pixels; the limit is ${maxSide} pixels a side and ${maxPixels / 1e6} megapixels.`,
      'Scale it down or cut the car out, and bring that in.',
    );
  }
  if (width < minSide || height < minSide) {
    throw new StudioError(
      'photo-too-small',
      `${name} has ${width} x ${height} pixels; a photo needs at least ${minSide} pixels a side.`,
      'Choose a larger picture of the car.',
    );
  }
}
