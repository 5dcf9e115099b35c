import { mkdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { validateBytes } from 'gltf-validator';
import { z } from 'zod';
import { withEngine } from '../src/cli/engine.ts';
import { reconstructPhoto } from '../src/cli/reconstruct-photo.ts';
import { cropOf } from '../src/engine/photo/crop.ts';
import type { PhotoPixels, Rooms } from '../src/engine/studio/rooms.ts';
import { usualIterations } from '../src/shared/studio-api.ts';
import { colourPsnr } from './colour-error.ts';
import { type ComparedPictures, readCompared } from './compared-pictures.ts';
import { maskOf, photoFiles } from './eval-files.ts';
import { maskOverlap } from './mask-overlap.ts';
import { readMasked } from './masked-photo.ts';
import type { PerceptualDistance } from './perceptual-distance.ts';
import { perceptualScale } from './perceptual-scale.ts';
import { type Measured, measureAll, type Run } from './run.ts';

/** Photos, by name, that may guide choices; the others are only reported (../shared/README.md). */
const openPhotos = 60;

const photoResultSchema = z.object({
  name: z.string(),
  /** may this photo guide choices? */
  open: z.boolean(),
  iouBefore: z.number(),
  iouAfter: z.number(),
  /** of render.png against the photo inside the mask, dB; null where they share no pixel */
  psnr: z.number().nullable(),
  /** of render.png from the photo inside the mask; null where they share no pixel */
  perceptual: z.number().nullable(),
  scale: z.object({ blurred: z.number(), shifted: z.number(), other: z.number() }),
  /** errors and warnings of the Khronos validator */
  glbProblems: z.number(),
});
export type PhotoResult = z.infer<typeof photoResultSchema>;

/** Real photos with their masks given, through the command line's own function; render.png against mask and photo. */
export async function evaluatePhotos(
  run: Run,
  rooms: Rooms,
  distance: PerceptualDistance,
  limit: number,
): Promise<Measured<PhotoResult>> {
  const photos = await photoFiles(run.shared, limit);
  await mkdir(join(run.work, 'photos'), { recursive: true });
  const things = photos.map((photo, index) => ({
    name: `photos/${basename(photo, '.jpg')}`,
    measure: async () => {
      const other = photos[(index + 1) % photos.length];
      return { ...(await evaluatePhoto(run, rooms, distance, photo, other)), open: index < openPhotos };
    },
  }));
  return measureAll(run, photoResultSchema, things, ({ iouBefore, iouAfter, psnr, perceptual }) =>
    [
      `IoU ${iouBefore.toFixed(3)} -> ${iouAfter.toFixed(3)}`,
      `${psnr?.toFixed(1)} dB, distance ${perceptual?.toFixed(3)}`,
    ].join(', '),
  );
}

async function evaluatePhoto(
  run: Run,
  rooms: Rooms,
  distance: PerceptualDistance,
  photo: string,
  other: string,
): Promise<Omit<PhotoResult, 'open'>> {
  const mask = maskOf(photo);
  const folder = join(run.work, 'photos', basename(photo, '.jpg'));
  const job = { photo, folder, mask, refine: usualIterations, views: 0 };
  const { maskIoU } = await withEngine(rooms, (engine) =>
    reconstructPhoto(engine, job, { signal: run.signal, error: run.say }),
  );
  const render = join(folder, 'render.png');
  const compared = await readCompared(render, photo, mask);
  const { issues } = await validateBytes(new Uint8Array(await readFile(join(folder, 'car.glb'))));
  const [own, another] = await Promise.all([photo, other].map(readMasked));
  return {
    name: basename(photo, '.jpg'),
    iouBefore: maskIoU.encoder,
    iouAfter: await maskOverlap(render, mask),
    psnr: colourPsnr(compared),
    perceptual: await distanceInside(distance, compared, own.mask),
    scale: await perceptualScale(distance, own.photo, own.mask, another),
    glbProblems: issues.numErrors + issues.numWarnings,
  };
}

/** In the crop of the whole mask, over the places that both mask and drawn car cover. */
async function distanceInside(
  distance: PerceptualDistance,
  { photo, drawn, inside }: ComparedPictures,
  mask: Uint8Array,
): Promise<number | null> {
  if (!inside.includes(255)) return null;
  const crop = cropOf(mask, photo.width, photo.height);
  // black around in both, so that what lies beside the car is not averaged into its outline
  const alone = (picture: PhotoPixels) => ({
    ...picture,
    rgb: picture.rgb.map((value, i) => (inside[Math.floor(i / 3)] ? value : 0)),
  });
  return distance.between({ picture: alone(photo), crop }, { picture: alone(drawn), crop }, inside);
}
