import { z } from 'zod';
import { boxCentre } from '../src/engine/render/camera.ts';
import { segmentCar } from '../src/engine/studio/build-car.ts';
import type { Estimate, Rooms } from '../src/engine/studio/rooms.ts';
import { usualIterations } from '../src/shared/studio-api.ts';
import { canonicalViewpoint } from '../src/shared/viewpoint.ts';
import { type BoxedSilhouette, boxCar } from './boxed-silhouette.ts';
import { picturesIn, turntableCars } from './eval-files.ts';
import { overlapOf } from './mask-overlap.ts';
import { readMasked } from './masked-photo.ts';
import { type Measured, measureAll, type Run } from './run.ts';
import { median } from './statistics.ts';
import { readViews, stepDeg, unseenIoU, type View } from './turntable.ts';

const poseSchema = z.object({
  azimuthDeg: z.number(),
  /** IoU of the mesh in each of the other views, centred and scaled by the longer side of the box */
  unseen: z.array(z.number()),
});
export type Pose = z.infer<typeof poseSchema>;

const turntableResultSchema = z.object({
  car: z.string(),
  trueDeg: z.number(),
  /** of the segmenter's mask with the one made by hand */
  segmenterIoU: z.number(),
  /** the template's mean shape, drawn at the true azimuth of this view */
  meanShape: z.number(),
  /** from the photo alone, and with the mask made by hand; refined is null where that was not asked for */
  photo: z.object({ feedForward: poseSchema, refined: poseSchema.nullable() }),
  masked: z.object({ feedForward: poseSchema, refined: poseSchema.nullable() }),
});
export type TurntableResult = z.infer<typeof turntableResultSchema>;

export interface TurntableOptions {
  cars: number;
  /** of the 16 views of a car, every how many is also refined; 0 for none */
  refineEvery: number;
}

/**
 * Real cars on a turntable, each reconstructed from every single view as the studio does it: the segmenter's mask, the
 * azimuth, and the silhouette of the mesh in the views that were not seen, at the predicted azimuth plus the known steps.
 */
export async function evaluateTurntable(
  run: Run,
  rooms: Rooms,
  { cars, refineEvery }: TurntableOptions,
): Promise<Measured<TurntableResult>> {
  const all: Measured<TurntableResult> = { results: [], failures: [] };
  for (const { car, folder } of await turntableCars(run.shared, cars)) {
    let views: Promise<View[]> | undefined;
    const things = (await picturesIn(folder)).map((_file, index) => ({
      name: `turntable/${car}/${index + 1}/${refineEvery > 0 && index % refineEvery === 0}`,
      measure: async () => {
        views ??= readViews(folder);
        return evaluateView(rooms, car, await views, index, refineEvery, run.signal);
      },
    }));
    const part = await measureAll(run, turntableResultSchema, things, describe);
    all.results.push(...part.results);
    all.failures.push(...part.failures);
  }
  return all;
}

function describe({ photo, masked, trueDeg }: TurntableResult): string {
  const poses = [photo, masked].map(({ feedForward, refined }) => {
    const of = (pose: Pose) => `${pose.azimuthDeg.toFixed(0)} deg, unseen ${median(pose.unseen).toFixed(3)}`;
    return refined ? `${of(feedForward)} -> ${of(refined)}` : of(feedForward);
  });
  return `true ${trueDeg} deg; photo alone ${poses[0]}; masked ${poses[1]}`;
}

async function evaluateView(
  rooms: Rooms,
  car: string,
  all: View[],
  index: number,
  refineEvery: number,
  signal: AbortSignal,
): Promise<TurntableResult> {
  const view = all[index];
  if (!view) throw new RangeError(`evaluateView: ${car} has no view ${index}`);
  const refine = refineEvery > 0 && index % refineEvery === 0;
  const trueDeg = index * stepDeg;
  const { photo, mask: given } = await readMasked(view.file);
  const { mask: found } = await segmentCar({ rooms, signal }, photo);
  const outcome = async (mask: Uint8Array) => {
    const estimate = await rooms.reconstruct(photo, mask, { signal });
    const feedForward = poseOf(rooms, estimate, estimate, all, index);
    if (!refine) return { feedForward, refined: null };
    const texture = await rooms.textureCar(photo, mask, estimate, signal);
    const request = {
      ...estimate,
      photo,
      mask,
      texture,
      iterations: usualIterations,
      signal,
      onProgress: () => {},
    };
    const refined = await rooms.refine(request);
    return { feedForward, refined: poseOf(rooms, estimate, refined, all, index) };
  };
  return {
    car,
    trueDeg,
    segmenterIoU: overlapOf(found, given),
    meanShape: overlapOf(meanShape(rooms, trueDeg), view.silhouette),
    photo: await outcome(found),
    masked: await outcome(given),
  };
}

function poseOf(
  { template }: Rooms,
  { lengthMetres }: Pick<Estimate, 'lengthMetres'>,
  { offsets, viewpoint }: Pick<Estimate, 'offsets' | 'viewpoint'>,
  all: View[],
  index: number,
): Pose {
  const front = { ...viewpoint, azimuthDeg: viewpoint.azimuthDeg - index * stepDeg };
  const unseen = unseenIoU({ template, lengthMetres, offsets }, front, all, [index]);
  return { azimuthDeg: viewpoint.azimuthDeg, unseen };
}

/** The mean car from the usual distance, a little from above, as the turntables' cameras stand. */
function meanShape({ template }: Rooms, azimuthDeg: number): BoxedSilhouette {
  const car = { template, offsets: new Float32Array(template.vertices.length), lengthMetres: 1 };
  return boxCar(car, canonicalViewpoint(azimuthDeg, 8, 1, boxCentre(template.vertices)));
}
