import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type CliEngine, withEngine } from '../src/cli/engine.ts';
import { loadCar, loadPhoto } from '../src/engine/studio/car-assets.ts';
import type { Rooms } from '../src/engine/studio/rooms.ts';
import type { StudioDocument } from '../src/shared/document.ts';
import { canonicalViewpoint } from '../src/shared/viewpoint.ts';
import { type BoxedSilhouette, boxCar } from './boxed-silhouette.ts';
import { overlapOf } from './mask-overlap.ts';
import { type Measured, measureAll, type Run } from './run.ts';
import { median } from './statistics.ts';
import { maskFile, readMask, readViews, stepDeg, unseenIoU, type View } from './turntable.ts';

/** Iterations of the refinement: the command line's own. */
const iterations = 150;

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
 * Real cars on a turntable, each reconstructed from every single view in the studio: the segmenter's mask, the azimuth, and
 * the silhouette of the mesh in the views that were not seen, at the predicted azimuth plus the known steps.
 */
export async function evaluateTurntable(
  run: Run,
  rooms: Rooms,
  { cars, refineEvery }: TurntableOptions,
): Promise<Measured<TurntableResult>> {
  const root = join(run.shared, 'eval', 'turntable');
  const all: Measured<TurntableResult> = { results: [], failures: [] };
  for (const car of (await readdir(root)).sort().slice(0, cars)) {
    const silhouettes = await readViews(join(root, car));
    const part = await withEngine(rooms, (engine) => {
      const things = silhouettes.map((_view, index) => ({
        name: `turntable/${car}/${index + 1}/${refineEvery > 0 && index % refineEvery === 0}`,
        measure: () => evaluateView(engine, car, silhouettes, index, refineEvery, run.signal),
      }));
      return measureAll(run, turntableResultSchema, things, describe);
    });
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
  engine: CliEngine,
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
  const bytes = new Uint8Array(await readFile(view.file));
  const mask = new Uint8Array(await readFile(maskFile(view.file)));
  const outcome = async (given: { mask?: Uint8Array }) => {
    const { document } = await engine.studio.call(
      'photo.import',
      { name: `${car}.jpg`, bytes, ...given },
      { signal },
    );
    if (!document) throw new Error('the studio has no car after an import');
    const feedForward = await poseOf(engine, document, all, index);
    if (!refine) return { document, feedForward, refined: null };
    const { proposal } = await engine.studio.call('refine.start', { iterations }, { signal });
    const refined = await poseOf(engine, proposal, all, index);
    await engine.studio.call('refine.discard', {});
    return { document, feedForward, refined };
  };
  const { document, ...photo } = await outcome({});
  const { document: _given, ...masked } = await outcome({ mask });
  return {
    car,
    trueDeg,
    segmenterIoU: await segmenterIoU(engine, document, view.file),
    meanShape: overlapOf(meanShape(engine, trueDeg), view.silhouette),
    photo,
    masked,
  };
}

async function poseOf(
  { assets, rooms }: CliEngine,
  document: StudioDocument,
  all: View[],
  index: number,
): Promise<Pose> {
  const { template } = rooms;
  const geometry = { ...(await loadCar(assets, template, document)), template };
  const { viewpoint } = document;
  const front = { ...viewpoint, azimuthDeg: viewpoint.azimuthDeg - index * stepDeg };
  const unseen = unseenIoU(geometry, front, all, [index]);
  return { azimuthDeg: viewpoint.azimuthDeg, unseen };
}

/** The mean car from the usual distance, a little from above, as the turntables' cameras stand. */
function meanShape({ rooms: { template } }: CliEngine, azimuthDeg: number): BoxedSilhouette {
  const height = template.vertices.reduce((most, v, i) => (i % 3 === 1 ? Math.max(most, v) : most), 0);
  const car = { template, offsets: new Float32Array(template.vertices.length), lengthMetres: 1 };
  return boxCar(car, canonicalViewpoint(azimuthDeg, 8, 1, [0, height / 2, 0]));
}

async function segmenterIoU({ assets }: CliEngine, document: StudioDocument, photo: string): Promise<number> {
  return overlapOf((await loadPhoto(assets, document)).mask, (await readMask(photo)).data);
}
