import sharp, { type Sharp } from 'sharp';
import { StudioError } from '../../shared/errors.ts';
import type { Picture } from '../../shared/studio-api.ts';

/** [height, width] grey as an 8-bit PNG. */
export async function encodeGrey(data: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return bytes(
    sharp(data, { raw: { width, height, channels: 1 } })
      .toColourspace('b-w')
      .png(),
  );
}

/** [height, width, 3] sRGB as a PNG. */
export async function encodeRgb(data: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  return bytes(sharp(data, { raw: { width, height, channels: 3 } }).png());
}

/** A picture with its transparency as a PNG. */
export async function encodePicture({ rgba, width, height }: Picture): Promise<Uint8Array> {
  return bytes(sharp(rgba, { raw: { width, height, channels: 4 } }).png());
}

/** A picture scaled to `size` x `size`. */
export async function scalePicture({ rgba, width, height }: Picture, size: number): Promise<Picture> {
  const data = await sharp(rgba, { raw: { width, height, channels: 4 } })
    .resize(size, size, { kernel: 'cubic', fit: 'fill' })
    .raw()
    .toBuffer();
  return { width: size, height: size, rgba: new Uint8Array(data) };
}

export interface Raster {
  width: number;
  height: number;
  data: Uint8Array;
}

/** Reads a PNG of our own making as grey (1 channel) or sRGB (3). Throws `asset-missing` if it is not one. */
export async function decodePng(png: Uint8Array, channels: 1 | 3): Promise<Raster> {
  const image = sharp(png, { limitInputPixels: 100_000_000 }).removeAlpha();
  const { data, info } = await image
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true })
    .catch((cause: unknown) => {
      throw unreadable(cause);
    });
  if (info.channels !== channels) throw unreadable(`${info.channels} channels`);
  const { buffer, byteOffset, byteLength } = data;
  return { width: info.width, height: info.height, data: new Uint8Array(buffer, byteOffset, byteLength) };
}

function unreadable(cause: unknown): StudioError {
  return new StudioError(
    'asset-missing',
    'A picture that belongs to this car can not be read.',
    'Open a saved project of this car, or make it anew from its photo.',
    { cause },
  );
}

async function bytes(image: Sharp): Promise<Uint8Array> {
  return new Uint8Array(await image.toBuffer());
}
