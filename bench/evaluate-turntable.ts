import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { AzimuthSample } from './azimuth-error.ts';
import type { Failure } from './evaluate-photos.ts';
import { maskOverlap } from './mask-overlap.ts';
import { reconstructPhoto } from './reconstruct-photo.ts';

export interface TurntableResult extends AzimuthSample {
  segmenterIoU: number;
}

const viewStepDeg = 22.5;

/** Turntable pictures without masks, feed-forward: the segmenter's mask and the azimuth against what is known. */
export async function evaluateTurntable(
  shared: string,
  work: string,
  cars: number,
  progress: (text: string) => void,
): Promise<{ results: TurntableResult[]; failures: Failure[] }> {
  const root = join(shared, 'eval', 'turntable');
  const results: TurntableResult[] = [];
  const failures: Failure[] = [];
  for (const car of (await readdir(root)).sort().slice(0, cars)) {
    const pictures = (await readdir(join(root, car))).filter((name) => name.endsWith('.jpg')).sort();
    for (const picture of pictures) {
      const file = join(root, car, picture);
      try {
        const done = await reconstructPhoto(file, join(work, car), ['--refine', 'off']);
        results.push({
          car,
          trueDeg: (Number.parseInt(picture, 10) - 1) * viewStepDeg,
          estimatedDeg: done.azimuthDeg,
          segmenterIoU: await maskOverlap(
            join(done.folder, 'mask.png'),
            'grey',
            file.replace('.jpg', '.png'),
          ),
        });
      } catch (error) {
        failures.push({
          name: `${car}/${picture}`,
          reason: error instanceof Error ? error.message.trim() : String(error),
        });
      }
    }
    progress(`${car}: ${pictures.length} pictures`);
  }
  return { results, failures };
}
