import { StudioError } from '../../shared/errors.ts';
import type { Crop } from '../../shared/viewpoint.ts';
import type { Box, DecodedPhoto } from './photo.ts';
import { resample } from './resample.ts';

/** Side of the crop in units of the longer side of the mask's box. */
export const cropMargin = 1.2;

/** The smallest box around all pixels of at least 128. Throws `no-car` for an empty mask. */
export function maskBox(mask: Uint8Array, width: number, height: number): Box {
  let [left, right, top, bottom] = [width, -1, -1, -1];
  for (let y = 0; y < height; y++) {
    const row = mask.subarray(y * width, (y + 1) * width);
    let x = 0;
    while (x < width && row[x] < 128) x++;
    if (x === width) continue;
    if (top < 0) top = y;
    bottom = y;
    if (x < left) left = x;
    let last = width - 1;
    while (row[last] < 128) last--;
    if (last > right) right = last;
  }
  if (bottom < 0) {
    throw new StudioError('no-car', 'The mask is empty.', 'Give a mask in which the car is white.');
  }
  return { x: left, y: top, width: right - left + 1, height: bottom - top + 1 };
}

/** The square that the networks see: centred on the mask's box, 1.2 times its longer side. Throws `no-car` for an empty mask. */
export function cropOf(mask: Uint8Array, width: number, height: number): Crop {
  const box = maskBox(mask, width, height);
  const size = cropMargin * Math.max(box.width, box.height);
  return { x: box.x + box.width / 2 - size / 2, y: box.y + box.height / 2 - size / 2, size };
}

/** What of a crop can be seen, at the networks' size. */
export interface CropPicture {
  size: number;
  /** [size, size, 3] sRGB 0..1, 0 outside the photo */
  rgb: Float32Array;
  /** [size, size] 0..1 */
  mask: Float32Array;
  /** [size, size] share of the pixel that lies inside the photo, 0..1 */
  valid: Float32Array;
}

/** The crop and its mask at `size` x `size` pixels; areas are averaged. */
export function cropPicture(
  photo: Pick<DecodedPhoto, 'width' | 'height' | 'rgb'>,
  mask: Uint8Array,
  crop: Crop,
  size: number,
): CropPicture {
  const { width, height } = photo;
  const region = { x: crop.x, y: crop.y, width: crop.size, height: crop.size };
  const colour = resample({ width, height, channels: 3, data: photo.rgb }, region, size, size);
  const coverage = resample({ width, height, channels: 1, data: mask }, region, size, size);
  return {
    size,
    rgb: colour.values.map((value) => value / 255),
    mask: coverage.values.map((value) => value / 255),
    valid: colour.inside,
  };
}

/** The encoder's input [1, 5, size, size]: rgb x mask, mask, valid. */
export function encoderInput(picture: CropPicture): Float32Array {
  const { rgb, mask, valid } = picture;
  const count = picture.size ** 2;
  const planes = new Float32Array(5 * count);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < 3; channel++)
      planes[channel * count + i] = rgb[3 * i + channel] * mask[i];
    planes[3 * count + i] = mask[i];
    planes[4 * count + i] = valid[i];
  }
  return planes;
}

/**
 * The background encoder's input [1, 4, size, size]: rgb x (1 - mask), mask. What lies beyond the photo counts as masked:
 * the network fills what is masked from its surroundings, and would take padding for a black room.
 */
export function backgroundInput(picture: CropPicture): Float32Array {
  const { rgb, mask, valid } = picture;
  const count = picture.size ** 2;
  const planes = new Float32Array(4 * count);
  for (let i = 0; i < count; i++) {
    const free = valid[i] * (1 - mask[i]);
    for (let channel = 0; channel < 3; channel++) planes[channel * count + i] = rgb[3 * i + channel] * free;
    planes[3 * count + i] = 1 - free;
  }
  return planes;
}
