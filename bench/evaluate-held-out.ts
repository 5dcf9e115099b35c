import { z } from 'zod';
import { type CliEngine, withEngine } from '../src/cli/engine.ts';
import { carVertices } from '../src/engine/render/car.ts';
import { loadCar } from '../src/engine/studio/car-assets.ts';
import type { Rooms } from '../src/engine/studio/rooms.ts';
import { atlasLayout } from '../src/engine/texture/atlas.ts';
import { bakePhoto, type PhotoCar } from '../src/engine/texture/bake.ts';
import type { StudioDocument } from '../src/shared/document.ts';
import { ambientLight } from '../src/shared/spherical-harmonics.ts';
import { usualIterations } from '../src/shared/studio-api.ts';
import { type AtlasColours, comparedSide, plainlyMirrored, reduced, shown } from './atlas-colours.ts';
import { type HeldOutTruth, heldOutNames, readTruth } from './held-out-truth.ts';
import { lightIn, stopsApart } from './light-error.ts';
import { normalised, outerSolid, solidOverlap } from './outer-solid.ts';
import { placedErrors, placesOf, placesSchema } from './placed-errors.ts';
import { type Measured, measureAll, type Run } from './run.ts';
import { texelShading } from './texel-shading.ts';

/** Side of the atlas in which the photo's pixels are taken; the product's own for renders of this size. */
const bakedSide = 1024;
const stateSchema = z.object({
  azimuthDeg: z.number(),
  voxelIoU: z.number(),
  /** of the product's atlas */
  albedo: placesSchema,
  /** stops that the light's shading of the seen texels is off the true one's */
  shadingStops: z.number().nullable(),
});
export type HeldOutState = z.infer<typeof stateSchema>;

const heldOutResultSchema = z.object({
  car: z.string(),
  azimuthDeg: z.number(),
  meanShapeVoxelIoU: z.number(),
  /** of the template registered to the true car: the most that its vertices can reach */
  registeredVoxelIoU: z.number(),
  /** texels that are known, by place */
  texels: z.object({ seen: z.number(), mirrored: z.number(), hidden: z.number() }),
  feedForward: stateSchema,
  refined: stateSchema,
  /** from the refined car: the photo's pixels divided by its light, their mirror image, else their mean */
  mirroring: placesSchema,
  /** the same without dividing by any light */
  undivided: placesSchema,
  /** through the true shape and camera, divided by the true light: what the light model can do at best */
  trueLight: placesSchema,
  /** stops that one light for all directions would be off the true shading */
  evenStops: z.number().nullable(),
  /** stops that the true light's shading is off the light in the render: shadows, reflections, metal */
  unmodelledStops: z.number().nullable(),
});
export type HeldOutResult = z.infer<typeof heldOutResultSchema>;

/** Held-out renders with true masks through the studio, before and after refinement, against what is true of them. */
export async function evaluateHeldOut(
  run: Run,
  rooms: Rooms,
  folder: string,
): Promise<Measured<HeldOutResult>> {
  const names = await heldOutNames(folder);
  return withEngine(rooms, (engine) => {
    const things = names.map((name) => ({
      name: `held-out/${name}`,
      measure: async () => measure(engine, await readTruth(folder, name, rooms.template), run.signal),
    }));
    return measureAll(run, heldOutResultSchema, things, describe);
  });
}

function describe({ feedForward, refined, mirroring }: HeldOutResult): string {
  const percent = (value: number | null) => (value === null ? '-' : (100 * value).toFixed(1));
  return [
    `voxel IoU ${feedForward.voxelIoU.toFixed(3)} -> ${refined.voxelIoU.toFixed(3)}`,
    `unseen albedo off by ${percent(refined.albedo.unseen.raw)} %, mirrored ${percent(mirroring.unseen.raw)} %`,
  ].join(', ');
}

async function measure(engine: CliEngine, truth: HeldOutTruth, signal: AbortSignal): Promise<HeldOutResult> {
  const { template } = engine.rooms;
  const { document } = await engine.studio.call(
    'photo.import',
    { name: 'render.png', bytes: truth.picture, mask: truth.pictureMask },
    { signal },
  );
  if (!document) throw new Error('the studio has no car after an import');
  const { proposal } = await engine.studio.call('refine.start', { iterations: usualIterations }, { signal });

  const layout = atlasLayout(template, bakedSide);
  const compared = atlasLayout(template, comparedSide);
  const albedo = Float32Array.from(truth.albedo.rgb, (value) => value / 255);
  const best = shown(layout, bakePhoto(truth.posed, layout));
  const places = placesOf(compared, truth.known, best.visibility);
  const errors = (colours: AtlasColours) => placedErrors(colours, albedo, places);
  const trueShading = texelShading(truth.posed, compared);
  const stateOf = async (state: StudioDocument) => {
    const { car, texture } = await posed(engine, state, truth);
    return {
      car,
      state: {
        azimuthDeg: state.viewpoint.azimuthDeg,
        voxelIoU: voxelIoU(car, truth.solid),
        albedo: errors(reduced(atlasLayout(template, texture.size), texture.rgb)),
        shadingStops: stopsApart(texelShading(car, compared), trueShading, places.seen),
      },
    };
  };
  const feedForward = await stateOf(document);
  const refined = await stateOf(proposal);
  const mean = { template, offsets: new Float32Array(template.vertices.length) };
  const pixels = { ...truth.posed, light: ambientLight() };
  const taken = (car: PhotoCar) => plainlyMirrored(compared, shown(layout, bakePhoto(car, layout)));
  return {
    car: truth.car,
    azimuthDeg: truth.azimuthDeg,
    meanShapeVoxelIoU: voxelIoU(mean, truth.solid),
    registeredVoxelIoU: voxelIoU(truth.posed, truth.solid),
    texels: { seen: places.seen.length, mirrored: places.mirrored.length, hidden: places.hidden.length },
    feedForward: feedForward.state,
    refined: refined.state,
    mirroring: errors(taken(refined.car)),
    undivided: errors(taken({ ...refined.car, light: ambientLight() })),
    trueLight: errors(plainlyMirrored(compared, best)),
    evenStops: stopsApart(
      trueShading.map(() => 1),
      trueShading,
      places.seen,
    ),
    unmodelledStops: stopsApart(
      lightIn(shown(layout, bakePhoto(pixels, layout)).colours, albedo),
      trueShading,
      places.seen,
    ),
  };
}

/** A document's car before the camera of its render. */
async function posed(
  { assets, rooms: { template } }: CliEngine,
  document: StudioDocument,
  truth: HeldOutTruth,
): Promise<{ car: PhotoCar; texture: { size: number; rgb: Uint8Array } }> {
  const { offsets, lengthMetres, light, texture } = await loadCar(assets, template, document);
  const { viewpoint, crop } = document;
  const { photo, mask } = truth.posed;
  return { car: { template, offsets, lengthMetres, light, viewpoint, crop, photo, mask }, texture };
}

function voxelIoU({ template, offsets }: Pick<PhotoCar, 'template' | 'offsets'>, solid: Uint8Array): number {
  return solidOverlap(outerSolid(normalised(carVertices(template, offsets)), template.faces), solid);
}
