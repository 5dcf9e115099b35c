import type { StudioDocument } from '../../shared/document.ts';
import { StudioError } from '../../shared/errors.ts';
import type { Template } from '../../shared/template.ts';
import { decodePhoto } from '../photo/decode.ts';
import type { AssetStore } from '../project/asset-store.ts';
import { decodePng, encodeGrey, encodeRgb } from './pixels.ts';
import type { Atlas, PhotoPixels } from './rooms.ts';
import { allEnded } from './tasks.ts';

/** The heavy parts of a document's car, read from its assets. */
export interface CarData {
  /** [V, 3] car lengths */
  offsets: Float32Array;
  texture: { size: number; rgb: Uint8Array };
  light: Float32Array;
  lengthMetres: number;
  background: Float32Array;
}

/** Length of the background code. */
const backgroundLength = 32;
const maxTextureSize = 4096;

export async function loadCar(
  assets: AssetStore,
  template: Template,
  { car, background }: StudioDocument,
): Promise<CarData> {
  const offsets = floats(await assets.get(car.offsets), 3 * template.vertexCount, 'shape');
  const texture = await decodePng(await assets.get(car.texture), 3);
  if (texture.width !== texture.height || texture.width > maxTextureSize) throw unsound('texture');
  return {
    offsets,
    texture: { size: texture.width, rgb: texture.data },
    light: Float32Array.from(car.light),
    lengthMetres: car.lengthMetres,
    background: floats(await assets.get(background), backgroundLength, 'background code'),
  };
}

export interface CarPhoto extends PhotoPixels {
  mask: Uint8Array;
}

/** The photo that a document was made from, with its mask. Throws `no-photo` for a car without one. */
export async function loadPhoto(assets: AssetStore, { photo }: StudioDocument): Promise<CarPhoto> {
  if (!photo) {
    throw new StudioError(
      'no-photo',
      'This car was not made from a photo.',
      'Bring in a photo of a car to do that.',
    );
  }
  const [{ rgb, width, height }, mask] = await allEnded([
    assets.get(photo.picture).then((bytes) => decodePhoto(bytes, photo.name)),
    assets.get(photo.mask).then((bytes) => decodePng(bytes, 1)),
  ]);
  if (width !== photo.width || height !== photo.height) throw unsound('photo');
  if (mask.width !== width || mask.height !== height) throw unsound('mask');
  return { rgb, width, height, mask: mask.data };
}

/** Stores shape, texture and background code; the result is the part of a document that names them. */
export async function storeCar(
  assets: AssetStore,
  car: { offsets: Float32Array; atlas: Atlas; light: Float32Array; lengthMetres: number },
): Promise<StudioDocument['car']> {
  const { size, rgb, observed } = car.atlas;
  const [offsets, texture, seen] = await allEnded([
    assets.put(floatBytes(car.offsets)),
    encodeRgb(rgb, size, size).then((png) => assets.put(png)),
    encodeGrey(observed, size, size).then((png) => assets.put(png)),
  ]);
  return { lengthMetres: car.lengthMetres, offsets, texture, observed: seen, light: [...car.light] };
}

/** Float32 little-endian bytes. */
export function floatBytes(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(4 * values.length);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => {
    view.setFloat32(4 * i, value, true);
  });
  return bytes;
}

function floats(bytes: Uint8Array, length: number, what: string): Float32Array {
  if (bytes.length !== 4 * length) throw unsound(what);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const values = new Float32Array(length).map((_value, i) => view.getFloat32(4 * i, true));
  if (!values.every(Number.isFinite)) throw unsound(what);
  return values;
}

function unsound(what: string): StudioError {
  return new StudioError(
    'project-corrupt',
    `The ${what} of this car does not fit the rest of it.`,
    'Use another copy of the project, or make the car anew from its photo.',
  );
}
