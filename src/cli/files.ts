import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { readFailure } from '../engine/project/file-errors.ts';

/** Name of the project file in a folder that `reconstruct` wrote. */
export const projectName = 'car.turnaround';

const resultNames =
  /^(car\.glb|car\.turnaround|(render|mask|input|neural|neural-\d+)\.png|report\.json|\.DS_Store|Thumbs\.db|desktop\.ini)$/;

/** Is this the name of a file of results, or of one that file managers leave beside them? */
export function isResult(name: string): boolean {
  return resultNames.test(name);
}

/** Reads a file that the user named. Throws `file-not-found` or `file-not-readable`. */
export async function readUserFile(path: string): Promise<Uint8Array> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw readFailure(path, error);
  });
  return new Uint8Array(bytes);
}

export async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

/** The project of a folder that `reconstruct` wrote, or the project file itself. */
export async function readProject(path: string): Promise<{ name: string; bytes: Uint8Array }> {
  const name = (await isFolder(path)) ? join(path, projectName) : path;
  return { name, bytes: await readUserFile(name) };
}
