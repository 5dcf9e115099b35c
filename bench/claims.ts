import { createHash } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';

/** Who of several processes measures what: the first to ask, by a file that only one can make. */
export class Claims {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Forgets all claims; only while nobody makes any. */
  async clear(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
    await mkdir(this.#folder, { recursive: true });
  }

  /** True for the first who asks for a name. */
  async claim(name: string): Promise<boolean> {
    const file = join(this.#folder, createHash('sha256').update(name).digest('hex'));
    try {
      await (await open(file, 'wx')).close();
      return true;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
      throw error;
    }
  }
}
