import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFailure } from './file-errors.ts';

/** Writes the bytes of an open file; tests give one that runs out of space. */
export type WriteBytes = (path: string, bytes: Uint8Array) => Promise<void>;

/** Creates the file, writes it whole and waits until it is on the disk. */
export const writeDurably: WriteBytes = async (path, bytes) => {
  const file = await open(path, 'wx');
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
};

/**
 * Puts a file in place whole or not at all: a temporary neighbour is written, synced and renamed. A failure leaves what
 * was there and no temporary file. Makes its folder where there is none. Throws `disk-full` or `file-not-writable`.
 */
export async function writeAtomically(
  path: string,
  bytes: Uint8Array,
  write: WriteBytes = writeDurably,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true }).catch((error: unknown) => {
    throw writeFailure(path, error);
  });
  await writeInFolder(path, bytes, write);
}

/** writeAtomically that fails where the folder is gone. */
export async function writeInFolder(path: string, bytes: Uint8Array, write: WriteBytes): Promise<void> {
  const temporary = join(dirname(path), `.${randomUUID()}.tmp`);
  try {
    await write(temporary, bytes);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw writeFailure(path, error);
  }
}
