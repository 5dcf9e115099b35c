import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';

/** Hands `save` a path where nothing lies yet, waits for the file and returns what was written; nothing is left behind. */
export async function writtenFile(save: (path: string) => Promise<void>): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'turnaround-saved-'));
  try {
    const path = join(folder, 'saved');
    await save(path);
    return new Uint8Array(
      await vi.waitUntil(() => readFile(path).catch(() => null), { timeout: 30_000, interval: 100 }),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
