import { basename } from 'node:path';
import { decodePhoto } from '../engine/photo/decode.ts';
import { type CarEstimate, commonCar } from '../engine/refine/common-car.ts';
import { segmentCar } from '../engine/studio/build-car.ts';
import type { PosedPhoto, Rooms } from '../engine/studio/rooms.ts';
import { StudioError } from '../shared/errors.ts';
import { readUserFile } from './files.ts';

/** Another photo of the car that is reconstructed, with what the networks say of it by itself. */
export interface OtherPhoto extends PosedPhoto, CarEstimate {}

/** Reads, masks and encodes more photos of one car. Errors name the photo. */
export async function readOtherPhotos(
  rooms: Rooms,
  paths: readonly string[],
  signal: AbortSignal,
): Promise<OtherPhoto[]> {
  const others: OtherPhoto[] = [];
  for (const path of paths) {
    others.push(
      await readOtherPhoto(rooms, path, signal).catch((error: unknown) => {
        if (!(error instanceof StudioError)) throw error;
        const { code, message, remedy } = error;
        const told = message.includes(basename(path)) ? message : `${basename(path)}: ${message}`;
        throw new StudioError(code, told, remedy, { cause: error });
      }),
    );
  }
  return others;
}

async function readOtherPhoto(rooms: Rooms, path: string, signal: AbortSignal): Promise<OtherPhoto> {
  const photo = await decodePhoto(await readUserFile(path), basename(path));
  const mask = photo.alpha ?? (await segmentCar({ rooms, signal }, photo)).mask;
  return { photo, mask, ...(await rooms.reconstruct(photo, mask, { signal })) };
}

/** Rooms whose refinement fits the car to its own photo and to `others` together, and then takes its texture from all. */
export function sameCarRooms(rooms: Rooms, others: readonly OtherPhoto[]): Rooms {
  if (others.length === 0) return rooms;
  let fitted: PosedPhoto[] = [];
  return {
    ...rooms,
    refine: async (request) => {
      const { offsets, viewpoints } = commonCar(rooms.template, [request, ...others]);
      const [viewpoint, ...rest] = viewpoints;
      const posed = others.map(({ photo, mask, crop, light }, i) => ({
        ...{ photo, mask, crop, light },
        viewpoint: rest[i],
      }));
      const outcome = await rooms.refine({ ...request, offsets, viewpoint, others: posed });
      fitted = posed.map((photo, i) => ({ ...photo, ...outcome.others?.[i] }));
      return outcome;
    },
    textureCar: (photo, mask, pose, signal, more = {}) =>
      rooms.textureCar(photo, mask, pose, signal, { ...more, others: fitted }),
  };
}
