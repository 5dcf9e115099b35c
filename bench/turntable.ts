import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { decodeMask } from '../src/engine/photo/mask.ts';
import type { CarGeometry } from '../src/engine/render/car.ts';
import { type Viewpoint, wrapAzimuth } from '../src/shared/viewpoint.ts';
import { type BoxedSilhouette, boxCar, boxMask } from './boxed-silhouette.ts';
import { maskOf, picturesIn } from './eval-files.ts';
import { overlapOf } from './mask-overlap.ts';

/** Degrees between a turntable's views; the first looks at the front. */
export const stepDeg = 22.5;

/** One picture of a turntable. */
export interface View {
  file: string;
  /** made by hand */
  silhouette: BoxedSilhouette;
}

/** All views of a car, in order. */
export async function readViews(folder: string): Promise<View[]> {
  return Promise.all(
    (await picturesIn(folder)).map(async (file) => {
      const { data, width, height } = await readMask(file);
      return { file, silhouette: boxMask(data, width, height) };
    }),
  );
}

/** The mask made by hand that lies beside a picture: [height, width] 0..255. */
async function readMask(photo: string): Promise<{ data: Uint8Array; width: number; height: number }> {
  const bytes = new Uint8Array(await readFile(maskOf(photo)));
  const { width, height } = await sharp(bytes).metadata();
  return { data: await decodeMask(bytes, width, height), width, height };
}

/** IoU of a car's silhouette in each view but those `seen`, `viewpoint` being that of view 0. */
export function unseenIoU(
  car: CarGeometry,
  viewpoint: Viewpoint,
  views: readonly View[],
  seen: readonly number[],
): number[] {
  return views.flatMap(({ silhouette }, index) => {
    if (seen.includes(index)) return [];
    const azimuthDeg = wrapAzimuth(viewpoint.azimuthDeg + index * stepDeg);
    return [overlapOf(boxCar(car, { ...viewpoint, azimuthDeg }), silhouette)];
  });
}
