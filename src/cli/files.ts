import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../shared/errors.ts';

/** Name of the project file in a folder that `reconstruct` wrote. */
export const projectName = 'car.turnaround';

/** Reads a file that the user named. Throws `file-not-found` or `file-not-readable`. */
export async function readUserFile(path: string): Promise<Uint8Array> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new StudioError('file-not-found', 'There is no such file.', 'Check its name and folder.', {
        cause: error,
      });
    }
    const reason = code === 'EISDIR' ? 'it is a folder' : String(code ?? error);
    throw new StudioError(
      'file-not-readable',
      `The file can't be read (${reason}).`,
      'Name a file that you may read.',
      { cause: error },
    );
  }
}

/** The project of a folder that `reconstruct` wrote, or the project file itself. */
export async function readProject(path: string): Promise<{ name: string; bytes: Uint8Array }> {
  const isFolder = await stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
  const name = isFolder ? join(path, projectName) : path;
  return { name, bytes: await readUserFile(name) };
}
