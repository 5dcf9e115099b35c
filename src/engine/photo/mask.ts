import sharp from 'sharp';
import { StudioError } from '../../shared/errors.ts';

/**
 * A mask given by a person: grey or colour picture of the upright photo's size, white = car; its own EXIF orientation is
 * applied. Throws `mask-size`, before its pixels are decoded, or `photo-not-a-picture`.
 */
export async function decodeMask(bytes: Uint8Array, width: number, height: number): Promise<Uint8Array> {
  try {
    const mask = sharp(bytes, { limitInputPixels: false });
    const { autoOrient: upright } = await mask.metadata();
    if (upright.width !== width || upright.height !== height) {
      throw new StudioError(
        'mask-size',
        `The mask has ${upright.width} x ${upright.height} pixels, the photo ${width} x ${height}.`,
        'Give a mask of exactly the size of the upright photo.',
      );
    }
    const grey = mask.autoOrient().flatten({ background: 'black' }).toColourspace('b-w');
    const data = await grey.raw({ depth: 'uchar' }).toBuffer();
    return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  } catch (cause) {
    if (cause instanceof StudioError) throw cause;
    throw new StudioError(
      'photo-not-a-picture',
      'The mask can not be read as a picture.',
      'Give a PNG of the size of the photo in which the car is white.',
      { cause },
    );
  }
}
