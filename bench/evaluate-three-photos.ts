import { z } from 'zod';
import { startRefinement } from '../src/engine/refine/start.ts';
import { boxCentre } from '../src/engine/render/camera.ts';
import { carVertices } from '../src/engine/render/car.ts';
import type { Estimate, PhotoPixels, Rooms } from '../src/engine/studio/rooms.ts';
import { usualIterations } from '../src/shared/studio-api.ts';
import {
  azimuthDifference,
  flipped as flippedOver,
  type Viewpoint,
  wrapAzimuth,
} from '../src/shared/viewpoint.ts';
import { turntableCars } from './eval-files.ts';
import { readMasked } from './masked-photo.ts';
import { type Measured, measureAll, type Run } from './run.ts';
import { median } from './statistics.ts';
import { readViews, stepDeg, unseenIoU, type View } from './turntable.ts';

/** Views of a car that are given together, about a third of a turn apart. */
const triples = [
  [1, 6, 12],
  [3, 8, 14],
] as const;

const threeResultSchema = z.object({
  car: z.string(),
  /** IoU of the mesh in the 13 other views, from the mean of the three estimates and after their common refinement */
  before: z.array(z.number()),
  after: z.array(z.number()),
  /** photos whose front and back had to be flipped because the other two disagreed */
  flipped: z.number(),
});
export type ThreeResult = z.infer<typeof threeResultSchema>;

interface Seen {
  index: number;
  photo: PhotoPixels;
  mask: Uint8Array;
  estimate: Estimate;
}

/** Each car from three photos with masks made by hand: one shape, three cameras. */
export async function evaluateThreePhotos(
  run: Run,
  rooms: Rooms,
  cars: number,
): Promise<Measured<ThreeResult>> {
  const things = (await turntableCars(run.shared, cars)).flatMap(({ car, folder }) =>
    triples.map((triple) => ({
      name: `three/${car}/${triple.join('-')}`,
      measure: async () => {
        const views = await readViews(folder);
        return { car, ...(await fromThree(rooms, views, triple, run.signal)) };
      },
    })),
  );
  return measureAll(
    run,
    threeResultSchema,
    things,
    ({ before, after }) => `unseen ${median(before).toFixed(3)} -> ${median(after).toFixed(3)}`,
  );
}

async function fromThree(
  rooms: Rooms,
  views: View[],
  triple: readonly number[],
  signal: AbortSignal,
): Promise<Omit<ThreeResult, 'car'>> {
  const { template } = rooms;
  const { seen, flipped } = await agreeing(rooms, await Promise.all(triple.map((i) => see(rooms, views, i))));
  const [first] = seen;
  if (!first) throw new RangeError('fromThree: no photo');
  const { lengthMetres } = first.estimate;
  const offsets = new Float32Array(3 * template.vertexCount);
  for (const { estimate } of seen) {
    estimate.offsets.forEach((value, i) => {
      offsets[i] = (offsets[i] ?? 0) + value / seen.length;
    });
  }
  const [x, y, z] = boxCentre(carVertices(template, offsets));
  const target: Viewpoint['target'] = [x * lengthMetres, y * lengthMetres, z * lengthMetres];
  const starts = seen.map(({ photo, mask, estimate }) => {
    const { viewpoint, crop, light } = estimate;
    const distance = (viewpoint.distance * lengthMetres) / estimate.lengthMetres;
    return { photo, mask, crop, light, viewpoint: { ...viewpoint, distance, target } };
  });
  const texture = await rooms.textureCar(first.photo, first.mask, first.estimate, signal);
  const refined = await startRefinement(
    { template, offsets, lengthMetres, texture, views: starts },
    { iterations: usualIterations, signal },
  );
  const unseen = (shape: Float32Array, cameras: Viewpoint[]) =>
    unseenIoU({ template, lengthMetres, offsets: shape }, frontOf(cameras, triple), views, triple);
  return {
    before: unseen(
      offsets,
      starts.map(({ viewpoint }) => viewpoint),
    ),
    after: unseen(
      refined.offsets,
      refined.views.map(({ viewpoint }) => viewpoint),
    ),
    flipped,
  };
}

async function see(rooms: Rooms, views: View[], index: number): Promise<Seen> {
  const view = views[index];
  if (!view) throw new RangeError(`see: there is no view ${index}`);
  const { photo, mask } = await readMasked(view.file);
  return { index, photo, mask, estimate: await rooms.reconstruct(photo, mask, {}) };
}

/** Where the front would be seen from: what the views agree on. */
const frontAzimuth = ({ index, estimate }: Seen) => estimate.viewpoint.azimuthDeg - index * stepDeg;

/** As a user would who sees three cars of which one stands the other way: flips those that most others contradict. */
async function agreeing(rooms: Rooms, seen: Seen[]): Promise<{ seen: Seen[]; flipped: number }> {
  const apart = (a: Seen, b: Seen) => Math.abs(azimuthDifference(frontAzimuth(a), frontAzimuth(b))) > 90;
  const lonely = (a: Seen) => seen.filter((b) => apart(a, b)).length > seen.length / 2;
  const turned = await Promise.all(
    seen.map(async (one) => {
      if (!lonely(one)) return one;
      const { azimuthDeg } = flippedOver(one.estimate.viewpoint);
      return { ...one, estimate: await rooms.reconstruct(one.photo, one.mask, { azimuthDeg }) };
    }),
  );
  return { seen: turned, flipped: seen.filter(lonely).length };
}

/** The viewpoint of the turntable's first view that the cameras agree on best: medians of angles and distance. */
function frontOf(cameras: Viewpoint[], triple: readonly number[]): Viewpoint {
  const [first] = cameras;
  if (!first) throw new RangeError('frontOf: no camera');
  const zero = first.azimuthDeg - (triple[0] ?? 0) * stepDeg;
  const turns = cameras.map(({ azimuthDeg }, i) =>
    azimuthDifference(zero, azimuthDeg - (triple[i] ?? 0) * stepDeg),
  );
  return {
    ...first,
    azimuthDeg: wrapAzimuth(zero + median(turns)),
    elevationDeg: median(cameras.map(({ elevationDeg }) => elevationDeg)),
    distance: median(cameras.map(({ distance }) => distance)),
  };
}
