import { join } from 'node:path';
import { StudioError, toErrorPayload } from '../shared/errors.ts';
import type { CliContext } from './context.ts';
import { withEngine } from './engine.ts';
import { errorLine } from './error-line.ts';
import { prepareFolder } from './output-folder.ts';
import { reconstructPhoto } from './reconstruct-photo.ts';
import type { Report } from './report.ts';
import { readOtherPhotos, sameCarRooms } from './same-car.ts';
import { stemsOf } from './stems.ts';

export interface ReconstructOptions {
  out: string;
  mask?: string;
  /** iterations; 0 for none */
  refine: number;
  views: number;
  json: boolean;
  /** all photos show one car, which is written under the name of the first */
  sameCar: boolean;
}

/** Every photo, or all photos of one car, to a folder of its own. Returns the exit code: 0 all done, 1 some failed, 130 interrupted. */
export async function reconstruct(
  context: CliContext,
  photos: readonly string[],
  options: ReconstructOptions,
): Promise<number> {
  try {
    await prepareFolder(options.out);
  } catch (error) {
    context.error(errorLine(options.out, error));
    return 1;
  }
  const rooms = await context.openRooms();
  let failed = 0;
  const stems = stemsOf(options.sameCar ? photos.slice(0, 1) : photos);
  try {
    for (const [i, stem] of stems.entries()) {
      const photo = photos[i];
      const folder = join(options.out, stem);
      const { mask, refine, views } = options;
      try {
        const job = { photo, folder, mask, refine, views };
        const others = options.sameCar ? await readOtherPhotos(rooms, photos.slice(1), context.signal) : [];
        const report = await withEngine(sameCarRooms(rooms, others), (engine) =>
          reconstructPhoto(engine, job, context),
        );
        context.print(
          options.json ? JSON.stringify({ file: photo, folder, ...report }) : summary(photo, folder, report),
        );
      } catch (error) {
        if (context.signal.aborted) break;
        const hopeless = isHopeless(error);
        const untried = hopeless ? photos.slice(i + 1, stems.length) : [];
        failed += 1 + untried.length;
        context.error(errorLine(photo, error));
        if (options.json) {
          const told = toErrorPayload(error);
          context.print(JSON.stringify({ file: photo, error: told }));
          for (const file of untried) context.print(JSON.stringify({ file, tried: false, error: told }));
        }
        if (hopeless) break;
      }
    }
  } finally {
    await rooms.close();
  }
  if (context.signal.aborted) {
    context.error('turnaround: interrupted; the photos that were done are kept.');
    return 130;
  }
  return failed > 0 ? 1 : 0;
}

/** What would fail every other photo in the same way. */
function isHopeless(error: unknown): boolean {
  const hopeless = ['disk-full', 'model-missing', 'model-hash'];
  return error instanceof StudioError && hopeless.includes(error.code);
}

function summary(photo: string, folder: string, { maskIoU, timingsMs }: Report): string {
  const fit = [maskIoU.encoder, maskIoU.refined].flatMap((iou) => (iou === null ? [] : [iou.toFixed(3)]));
  return `${photo} -> ${folder} (mask IoU ${fit.join(', refined ')}; ${(timingsMs.total / 1000).toFixed(1)} s)`;
}
