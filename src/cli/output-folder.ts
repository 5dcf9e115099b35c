import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { writeFailure } from '../engine/project/file-errors.ts';
import { StudioError } from '../shared/errors.ts';
import { isResult } from './files.ts';
import { reportSchema } from './report.ts';

/** Makes sure that files can be written there. Throws `file-not-writable` or `disk-full`. */
export async function prepareFolder(folder: string): Promise<void> {
  await guarded(folder, async () => {
    await mkdir(folder, { recursive: true });
    await rm(await mkdtemp(join(folder, '.turnaround-')), { recursive: true });
  });
}

/** Throws `file-not-writable` unless a folder of results can be put there: no one's other files may be replaced. */
export async function checkReplaceable(folder: string): Promise<void> {
  await guarded(folder, async () => {
    const names = await readdir(folder).catch(ignoreMissing);
    if (!names || names.length === 0) return;
    const other = names.find((name) => !isResult(name));
    if (other === undefined && (await isReport(join(folder, 'report.json')))) return;
    throw new StudioError(
      'file-not-writable',
      `${folder} holds other files (${other ?? 'report.json'}), which are not replaced.`,
      'Choose another folder with --out, or move them away.',
    );
  });
}

/**
 * Puts a folder of files in place whole or not at all: it is filled beside its place and renamed. An empty folder or one
 * with a report.json of ours and nothing but results is replaced, any other refused. Whatever fails, what was there stays
 * and nothing half-written is left; if what was there can't be put back, the error names where it is.
 */
export async function writeFolder(
  folder: string,
  fill: (write: (name: string, bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  await checkReplaceable(folder);
  // "." names no place beside which there could be another; not mkdtemp: its folders are closed to other users
  const place = resolve(folder);
  const partial = join(dirname(place), `.${basename(place)}-${randomUUID()}`);
  await guarded(folder, () => mkdir(partial));
  try {
    await fill((name, bytes) => guarded(join(folder, name), () => writeFile(join(partial, name), bytes)));
    await guarded(folder, () => replaceFolder(partial, place));
  } finally {
    await rm(partial, { recursive: true, force: true });
  }
}

async function replaceFolder(partial: string, folder: string): Promise<void> {
  const old = `${partial}-old`;
  await rename(folder, old).catch(ignoreMissing);
  try {
    await rename(partial, folder);
  } catch (cause) {
    await rename(old, folder)
      .catch(ignoreMissing)
      .catch(() => {
        throw new StudioError(
          'file-not-writable',
          `${folder} could not be written, and what was there could not be put back: it is in ${old} now.`,
          'Rename it back, or choose another folder with --out.',
          { cause },
        );
      });
    throw cause;
  }
  await rm(old, { recursive: true, force: true });
}

async function isReport(path: string): Promise<boolean> {
  try {
    return reportSchema.safeParse(JSON.parse(await readFile(path, 'utf8'))).success;
  } catch {
    return false;
  }
}

function ignoreMissing(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}

async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof StudioError ? error : writeFailure(path, error);
  }
}
