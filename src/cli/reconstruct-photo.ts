import { basename } from 'node:path';
import { StudioError } from '../shared/errors.ts';
import type { CliContext } from './context.ts';
import type { CliEngine } from './engine.ts';
import { errorLine } from './error-line.ts';
import { readUserFile } from './files.ts';
import { checkReplaceable } from './output-folder.ts';
import { refineOpenCar } from './refine.ts';
import type { Report } from './report.ts';
import { fitInPhoto, openedCar, writeResults } from './results.ts';
import { StageClock } from './stage-clock.ts';

export interface PhotoJob {
  photo: string;
  /** folder to write */
  folder: string;
  mask: string | undefined;
  /** iterations; 0 for none */
  refine: number;
  /** pictures of the neural view all around */
  views: number;
}

/** Refusals of the refinement that say something about the car or its mask. */
const unfit: readonly string[] = ['no-car', 'invalid-parameters'];

/**
 * One photo to its folder of results; the folder is written whole or not at all. A car that can't be refined is written as
 * it is, with a warning.
 */
export async function reconstructPhoto(
  engine: CliEngine,
  job: PhotoJob,
  { signal, error: warn }: Pick<CliContext, 'signal' | 'error'>,
): Promise<Report> {
  const begun = performance.now();
  const clock = new StageClock();
  await checkReplaceable(job.folder);
  const bytes = await readUserFile(job.photo);
  const mask = job.mask === undefined ? {} : { mask: await readMask(job.mask) };
  await engine.studio.call(
    'photo.import',
    { name: basename(job.photo), bytes, ...mask },
    { signal, onProgress: (progress) => clock.hear(progress) },
  );
  const encoder = await fitInPhoto(engine, await openedCar(engine));
  const refineMs = job.refine === 0 ? null : await tryToRefine(engine, job, signal, warn);
  return writeResults(engine, job.folder, { begun, clock, encoder, refineMs, views: job.views }, signal);
}

/** null, and a warning, where nothing can be fitted: a mask without an outline, a camera inside the car. */
async function tryToRefine(
  engine: CliEngine,
  { photo, refine }: PhotoJob,
  signal: AbortSignal,
  warn: CliContext['error'],
): Promise<number | null> {
  try {
    return await refineOpenCar(engine, refine, signal);
  } catch (error) {
    if (!(error instanceof StudioError) || !unfit.includes(error.code)) throw error;
    const { code, message, remedy } = error;
    const told = new StudioError(code, `The car was not refined: ${message}`, remedy, { cause: error });
    warn(errorLine(photo, told));
    return null;
  }
}

async function readMask(path: string): Promise<Uint8Array> {
  return readUserFile(path).catch((error: unknown) => {
    if (!(error instanceof StudioError)) throw error;
    throw new StudioError(error.code, `The mask ${error.message}`, error.remedy, { cause: error });
  });
}
