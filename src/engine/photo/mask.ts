import sharp, { type OutputInfo } from 'sharp';
import { StudioError } from '../../shared/errors.ts';
import { photoLimits } from './limits.ts';

/**
 * A mask given by a person: grey or colour picture of the upright photo's size, white = car; its own EXIF orientation is
 * applied. Throws `mask-size` or `photo-not-a-picture`.
 */
export async function decodeMask(bytes: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  const { data, info } = await readGrey(bytes).catch((cause: unknown) => {
    throw new StudioError(
      'photo-not-a-picture',
      'The mask can not be read as a picture.',
      'Give a PNG of the size of the photo in which the car is white.',
      { cause },
    );
  });
  if (info.width !== width || info.height !== height) {
    throw new StudioError(
      'mask-size',
      `The mask has ${info.width} x ${info.height} pixels, the photo ${width} x ${height}.`,
      'Give a mask of exactly the size of the upright photo.',
    );
  }
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** sharp throws at once, before there is a promise, where there are no bytes: here that rejects too. */
async function readGrey(bytes: Uint8Array): Promise<{ data: Buffer; info: OutputInfo }> {
  return sharp(bytes, { limitInputPixels: photoLimits.maxPixels })
    .autoOrient()
    .flatten({ background: 'black' })
    .toColourspace('b-w')
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
}
