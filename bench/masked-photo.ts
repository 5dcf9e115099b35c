import { readFile } from 'node:fs/promises';
import { decodePhoto } from '../src/engine/photo/decode.ts';
import { decodeMask } from '../src/engine/photo/mask.ts';
import type { PhotoPixels } from '../src/engine/studio/rooms.ts';
import { maskOf } from './eval-files.ts';

/** A photo of ../shared/eval with its mask [height, width] 0..255. Throws where they are not of one size. */
export async function readMasked(file: string): Promise<{ photo: PhotoPixels; mask: Uint8Array }> {
  const photo = await decodePhoto(new Uint8Array(await readFile(file)), file);
  const bytes = new Uint8Array(await readFile(maskOf(file)));
  return { photo, mask: await decodeMask(bytes, photo.width, photo.height) };
}
