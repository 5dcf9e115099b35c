import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { validateBytes } from 'gltf-validator';
import { z } from 'zod';
import { colourPsnr } from './colour-error.ts';
import { maskOverlap } from './mask-overlap.ts';
import { reconstructPhoto } from './reconstruct-photo.ts';
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
  refineSeconds: z.number(),
  totalSeconds: z.number(),
  peakRssMb: z.number(),
  /** errors and warnings of the Khronos validator */
  glbProblems: z.number(),
});
export type PhotoResult = z.infer<typeof photoResultSchema>;

/** Real photos with their masks given, through the command line; render.png against mask and photo. */
export async function evaluatePhotos(run: Run, limit: number): Promise<Measured<PhotoResult>> {
  const folder = join(run.shared, 'eval', 'photos');
  const names = (await readdir(folder)).filter((name) => name.endsWith('.jpg')).sort();
  const things = names.slice(0, limit).map((photo, index) => ({
    name: `photos/${basename(photo, '.jpg')}`,
    measure: () => evaluatePhoto(run, join(folder, photo), index < openPhotos),
  }));
  return measureAll(run, photoResultSchema, things, ({ iouBefore, iouAfter, psnr }) =>
    [`IoU ${iouBefore.toFixed(3)} -> ${iouAfter.toFixed(3)}`, `${psnr?.toFixed(1)} dB`].join(', '),
  );
}

async function evaluatePhoto({ work, signal }: Run, photo: string, open: boolean): Promise<PhotoResult> {
  const mask = photo.replace(/\.jpg$/, '.png');
  const { folder, encoderIoU, ...costs } = await reconstructPhoto(
    photo,
    join(work, 'photos'),
    ['--mask', mask],
    signal,
  );
  const render = join(folder, 'render.png');
  const { issues } = await validateBytes(new Uint8Array(await readFile(join(folder, 'car.glb'))));
  return {
    name: basename(photo, '.jpg'),
    open,
    iouBefore: encoderIoU,
    iouAfter: await maskOverlap(render, 'alpha', mask),
    psnr: await colourPsnr(render, photo, mask),
    refineSeconds: costs.refineSeconds,
    totalSeconds: costs.totalSeconds,
    peakRssMb: costs.peakRssMb,
    glbProblems: issues.numErrors + issues.numWarnings,
  };
}
