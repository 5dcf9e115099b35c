import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { validateBytes } from 'gltf-validator';
import { maskOverlap } from './mask-overlap.ts';
import { type Reconstructed, reconstructPhoto } from './reconstruct-photo.ts';

/** Photos, by name, that may guide choices; the others are only reported (../shared/README.md). */
const openPhotos = 60;

export interface PhotoResult {
  name: string;
  /** may this photo guide choices? */
  open: boolean;
  iouBefore: number;
  iouAfter: number;
  before: Reconstructed;
  after: Reconstructed;
  /** errors and warnings of the Khronos validator */
  glbProblems: number;
}

export interface Failure {
  name: string;
  reason: string;
}

/** Real photos with their masks given, through the CLI with refinement off and on; render.png against the mask. */
export async function evaluatePhotos(
  shared: string,
  work: string,
  limit: number,
  progress: (text: string) => void,
): Promise<{ results: PhotoResult[]; failures: Failure[] }> {
  const folder = join(shared, 'eval', 'photos');
  const photos = (await readdir(folder))
    .filter((name) => name.endsWith('.jpg'))
    .sort()
    .slice(0, limit);
  const results: PhotoResult[] = [];
  const failures: Failure[] = [];
  for (const [index, photo] of photos.entries()) {
    const name = basename(photo, '.jpg');
    const [file, mask] = [join(folder, photo), join(folder, `${name}.png`)];
    try {
      const before = await reconstructPhoto(file, join(work, 'before'), ['--mask', mask, '--refine', 'off']);
      const after = await reconstructPhoto(file, join(work, 'after'), ['--mask', mask]);
      const glb = await validateBytes(new Uint8Array(await readFile(join(after.folder, 'car.glb'))));
      const result = {
        name,
        open: index < openPhotos,
        before,
        after,
        iouBefore: await maskOverlap(join(before.folder, 'render.png'), 'alpha', mask),
        iouAfter: await maskOverlap(join(after.folder, 'render.png'), 'alpha', mask),
        glbProblems: glb.issues.numErrors + glb.issues.numWarnings,
      };
      results.push(result);
      progress(`${name}: ${result.iouBefore.toFixed(3)} -> ${result.iouAfter.toFixed(3)}`);
    } catch (error) {
      failures.push({ name, reason: error instanceof Error ? error.message.trim() : String(error) });
      progress(`${name}: failed`);
    }
  }
  return { results, failures };
}
