import { createHash } from 'node:crypto';
import { readdir, readFile, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../shared/errors.ts';
import { type WriteBytes, writeAtomically, writeDurably } from './atomic-write.ts';
import { writeFailure } from './file-errors.ts';

/** SHA-256 in lower-case hex. */
export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Files named by the hash of their content: written once, shared by all documents, never changed. */
export class AssetStore {
  readonly #folder: string;
  readonly #write: WriteBytes;

  constructor(folder: string, write: WriteBytes = writeDurably) {
    this.#folder = folder;
    this.#write = write;
  }

  /** Stores the bytes and returns their hash. What is there already is only marked as used now. */
  async put(bytes: Uint8Array): Promise<string> {
    const hash = hashOf(bytes);
    const path = this.#path(hash);
    const now = new Date();
    const size = await stat(path).then(
      (entry) => entry.size,
      () => -1,
    );
    if (size === bytes.length) {
      await utimes(path, now, now).catch((error: unknown) => {
        throw writeFailure(path, error);
      });
    } else await writeAtomically(path, bytes, this.#write);
    return hash;
  }

  /** The bytes of an asset. Throws `asset-missing` when the file is gone or is no longer what its name says. */
  async get(hash: string): Promise<Uint8Array> {
    const bytes = await readFile(this.#path(hash)).catch((cause: unknown) => {
      throw missing(hash, 'is missing', cause);
    });
    if (hashOf(bytes) !== hash) throw missing(hash, 'is damaged', undefined);
    return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /**
   * Removes assets that are not in `live` and were not stored or used since `before` (ms): younger ones may belong to a
   * task whose document is not written yet. What can't be removed stays. Returns the number of files removed.
   */
  async collect(live: ReadonlySet<string>, before: number): Promise<number> {
    let removed = 0;
    for (const prefix of await entries(this.#folder)) {
      for (const name of await entries(join(this.#folder, prefix))) {
        if (live.has(name)) continue;
        const path = join(this.#folder, prefix, name);
        const entry = await stat(path).catch(() => null);
        if (!entry || entry.mtimeMs >= before) continue;
        const gone = await rm(path, { force: true }).then(
          () => true,
          () => false,
        );
        if (gone) removed++;
      }
    }
    return removed;
  }

  #path(hash: string): string {
    return join(this.#folder, hash.slice(0, 2), hash);
  }
}

async function entries(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

function missing(hash: string, what: string, cause: unknown): StudioError {
  return new StudioError(
    'asset-missing',
    `A part of this car (${hash.slice(0, 12)}) ${what}.`,
    'Open a saved project of this car, or make it anew from its photo.',
    { cause },
  );
}
