import type { Picture } from '../../shared/studio-api.ts';

/**
 * Intersection over union of a drawn car (alpha >= 128) with a mask (>= 128) of the photo's size [height * width]. Both end
 * where the photo ends, so pixels outside it don't count. 0 when both are empty.
 */
export function maskIoU(picture: Picture, mask: Uint8Array): number {
  const { width, height, rgba } = picture;
  if (mask.length !== width * height)
    throw new RangeError(`maskIoU: the mask has ${mask.length} pixels, the picture ${width} x ${height}.`);
  let both = 0;
  let either = 0;
  for (let p = 0; p < mask.length; p++) {
    const a = rgba[4 * p + 3] >= 128;
    const b = mask[p] >= 128;
    if (a && b) both++;
    if (a || b) either++;
  }
  return either === 0 ? 0 : both / either;
}
