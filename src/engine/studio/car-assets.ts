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
  /** square sRGB-encoded albedo atlas */
  texture: { size: number; rgb: Uint8Array };
  /** [9, 3] */
  light: Float32Array;
  lengthMetres: number;
  /** [32] */
  background: Float32Array;
}

/** Length of the background code. */
const backgroundLength = 32;
/** Side of the largest atlas that is read, texels. */
const maxTextureSize = 4096;

/** Throws `asset-missing`, or `project-corrupt` where the parts don't fit the template or one another. */
export async function loadCar(
  assets: AssetStore,
  template: Template,
  document: StudioDocument,
): Promise<CarData> {
  const { car, background } = document;
  return {
    offsets: await loadOffsets(assets, template, document),
    texture: await loadTexture(assets, document),
    light: Float32Array.from(car.light),
    lengthMetres: car.lengthMetres,
    background: floats(await assets.get(background), backgroundLength, 'background code'),
  };
}

/** [V, 3] car lengths */
export async function loadOffsets(
  assets: AssetStore,
  template: Template,
  { car }: StudioDocument,
): Promise<Float32Array> {
  return floats(await assets.get(car.offsets), 3 * template.vertexCount, 'shape');
}

export async function loadTexture(assets: AssetStore, { car }: StudioDocument): Promise<CarData['texture']> {
  const { width, height, data } = await decodePng(await assets.get(car.texture), 3);
  if (width !== height || width > maxTextureSize) throw unsound('texture');
  return { size: width, rgb: data };
}

export interface CarPhoto extends PhotoPixels {
  /** [height, width] 0..255 */
  mask: Uint8Array;
}

/** The photo that a document was made from, with its mask. Throws `no-photo` for a car without one, else as loadCar does. */
export async function loadPhoto(assets: AssetStore, document: StudioDocument): Promise<CarPhoto> {
  const [mask, rgb] = await allEnded([loadMask(assets, document), loadPixels(assets, document)]);
  return { ...mask, rgb };
}

/** The photo's size and mask, which are soon there. Throws `no-photo` for a car without one. */
export async function loadMask(
  assets: AssetStore,
  document: StudioDocument,
): Promise<Pick<CarPhoto, 'width' | 'height' | 'mask'>> {
  const photo = photoOf(document);
  const { width, height, data } = await decodePng(await assets.get(photo.mask), 1);
  if (width !== photo.width || height !== photo.height) throw unsound('mask');
  return { width, height, mask: data };
}

/** The photo's pixels [height, width, 3]. Throws `no-photo` for a car without one. */
export async function loadPixels(assets: AssetStore, document: StudioDocument): Promise<Uint8Array> {
  const photo = photoOf(document);
  const { rgb, width, height } = await decodePhoto(await assets.get(photo.picture), photo.name);
  if (width !== photo.width || height !== photo.height) throw unsound('photo');
  return rgb;
}

function photoOf({ photo }: StudioDocument): NonNullable<StudioDocument['photo']> {
  if (photo) return photo;
  throw new StudioError(
    'no-photo',
    'This car was not made from a photo.',
    'Bring in a photo of a car to do that.',
  );
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
