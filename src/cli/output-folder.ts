import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { writeFailure } from '../engine/project/atomic-write.ts';

/** Makes sure that files can be written there. Throws `file-not-writable` or `disk-full`. */
export async function prepareFolder(folder: string): Promise<void> {
  await guarded(folder, async () => {
    await mkdir(folder, { recursive: true });
    await rm(await mkdtemp(join(folder, '.turnaround-')), { recursive: true });
  });
}

/**
 * Puts a folder of files in place whole or not at all: it is filled beside its place and renamed; one that is there
 * already is replaced. Whatever fails, what was there stays and nothing half-written is left.
 */
export async function writeFolder(
  folder: string,
  fill: (write: (name: string, bytes: Uint8Array) => Promise<void>) => Promise<void>,
): Promise<void> {
  // not mkdtemp: its folders are closed to other users
  const partial = join(dirname(folder), `.${basename(folder)}-${randomUUID()}`);
  await guarded(folder, () => mkdir(partial));
  const old = `${partial}-old`;
  try {
    await fill((name, bytes) => guarded(join(folder, name), () => writeFile(join(partial, name), bytes)));
    await guarded(folder, async () => {
      await rename(folder, old).catch(ignoreMissing);
      await rename(partial, folder).catch(async (error: unknown) => {
        await rename(old, folder).catch(ignoreMissing);
        throw error;
      });
    });
  } finally {
    await rm(partial, { recursive: true, force: true });
    await rm(old, { recursive: true, force: true });
  }
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
}

async function guarded<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw writeFailure(path, error);
  }
}
