import { randomUUID } from 'node:crypto';
import { basename, extname } from 'node:path';
import { documentVersion, type StudioDocument } from '../../shared/document.ts';
import { StudioError, throwIfCancelled } from '../../shared/errors.ts';
import type { ReconstructProgress } from '../../shared/studio-api.ts';
import { findCars, noCarFound, type SeenCar } from '../photo/cars.ts';
import { maskBox } from '../photo/crop.ts';
import { decodePhoto } from '../photo/decode.ts';
import { decodeMask } from '../photo/mask.ts';
import type { DecodedPhoto } from '../photo/photo.ts';
import type { AssetStore } from '../project/asset-store.ts';
import { floatBytes, storeCar } from './car-assets.ts';
import { measureFit } from './fit.ts';
import { encodeGrey } from './pixels.ts';
import type { PhotoPixels, Rooms } from './rooms.ts';
import { allEnded } from './tasks.ts';

export interface BuildContext {
  rooms: Rooms;
  assets: AssetStore;
  signal: AbortSignal;
  progress(value: ReconstructProgress): void;
}

type PhotoEntry = NonNullable<StudioDocument['photo']>;
/** The parts of a document that a reconstruction makes. */
export type BuiltCar = Pick<StudioDocument, 'car' | 'viewpoint' | 'crop' | 'background' | 'maskIoU'>;

/** Shares of the time that the stages take, summed up: where each begins. */
const begins = { decode: 0, segment: 0.1, encode: 0.35, texture: 0.6, neural: 0.9 } as const;

/** Tells that a stage begins, and lets the listener hear it before the stage takes the thread. */
async function begin(context: BuildContext, stage: keyof typeof begins): Promise<void> {
  throwIfCancelled(context.signal);
  context.progress({ stage, fraction: begins[stage] });
}

/** The document of a new car from a photo file, and a mask file if there is one. */
export async function importPhoto(
  context: BuildContext,
  file: { name: string; bytes: Uint8Array; mask?: Uint8Array | undefined },
): Promise<StudioDocument> {
  await begin(context, 'decode');
  const photo = await decodePhoto(file.bytes, file.name);
  const given = file.mask && (await decodeMask(file.mask, photo.width, photo.height));
  await begin(context, 'segment');
  const { mask, ...found } = await maskPhoto(context, photo, given ?? null);
  // the photo is compressed and written while the networks run
  const [entry, built] = await allEnded([
    storePhoto(context.assets, file.name, photo, mask),
    buildCar(context, photo, mask),
  ]);
  return {
    version: documentVersion,
    id: randomUUID(),
    name: basename(file.name, extname(file.name)).slice(0, 200) || 'Car',
    photo: { ...entry, ...found },
    ...built,
  };
}

async function storePhoto(
  assets: AssetStore,
  name: string,
  { picture, width, height }: DecodedPhoto,
  mask: Uint8Array,
): Promise<Omit<PhotoEntry, 'cars' | 'selected' | 'maskSource'>> {
  const [pictureHash, maskHash] = await allEnded([
    assets.put(picture),
    encodeGrey(mask, width, height).then((png) => assets.put(png)),
  ]);
  return { name, width, height, picture: pictureHash, mask: maskHash };
}

type Found = Pick<PhotoEntry, 'cars' | 'selected' | 'maskSource'> & { mask: Uint8Array };

async function maskPhoto(
  context: BuildContext,
  photo: DecodedPhoto,
  given: Uint8Array | null,
): Promise<Found> {
  const known = given ?? photo.alpha;
  if (!known) return segmentCar(context, photo);
  const box = maskBox(known, photo.width, photo.height);
  return { mask: known, cars: [box], selected: 0, maskSource: given ? 'given' : 'alpha' };
}

/** The largest car of a photo, or the one at a place in it. Throws `no-car` where there is none. */
export async function segmentCar(
  { rooms, signal }: Pick<BuildContext, 'rooms' | 'signal'>,
  photo: PhotoPixels,
  at?: { x: number; y: number },
): Promise<Found> {
  const cars = findCars(await rooms.segment(photo, signal), photo.width, photo.height);
  const selected = at ? carAt(cars, at, photo.width) : 0;
  const car = cars[selected];
  if (!car) {
    throw at
      ? new StudioError('no-car', 'There is no car at this place.', 'Click on one of the outlined cars.')
      : noCarFound();
  }
  return { mask: car.mask, cars: cars.map(({ box }) => box), selected, maskSource: 'segmenter' };
}

/** The car whose mask holds the place, else the smallest box around it; -1 if there is none. */
function carAt(cars: SeenCar[], { x, y }: { x: number; y: number }, width: number): number {
  const pixel = Math.floor(y) * width + Math.floor(x);
  const direct = cars.findIndex(({ mask }) => mask[pixel] >= 128);
  if (direct >= 0) return direct;
  const area = (index: number) => cars[index].box.width * cars[index].box.height;
  const around = cars.flatMap(({ box }, index) => {
    const inside = x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
    return inside ? [index] : [];
  });
  return around.sort((a, b) => area(a) - area(b))[0] ?? -1;
}

/** Reconstructs and textures the masked car of a photo. With azimuthDeg, the hypothesis nearest to it is taken. */
export async function buildCar(
  context: BuildContext,
  photo: PhotoPixels,
  mask: Uint8Array,
  azimuthDeg?: number,
): Promise<BuiltCar> {
  const { rooms, assets, signal } = context;
  await begin(context, 'encode');
  const estimate = await rooms.reconstruct(photo, mask, {
    signal,
    ...(azimuthDeg === undefined ? {} : { azimuthDeg }),
  });
  await begin(context, 'texture');
  const atlas = await rooms.textureCar(photo, mask, estimate, signal, { isNew: true });
  const { offsets, lengthMetres, viewpoint, crop } = estimate;
  const { light } = atlas;
  const surface = { template: rooms.template, offsets, lengthMetres, light, texture: atlas };
  const encoder = measureFit(surface, viewpoint, crop, { ...photo, mask });
  await begin(context, 'neural');
  const neural = await rooms.loadNeural({ offsets, texture: atlas, background: estimate.background });
  await neural.render(viewpoint.azimuthDeg, viewpoint.elevationDeg, { detail: 'draft' });
  throwIfCancelled(context.signal);
  const built: BuiltCar = {
    car: await storeCar(assets, { offsets, atlas, light, lengthMetres }),
    viewpoint,
    crop,
    background: await assets.put(floatBytes(estimate.background)),
    maskIoU: { encoder, refined: null },
  };
  context.progress({ stage: 'neural', fraction: 1 });
  return built;
}
