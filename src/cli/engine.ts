import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localStudio, type OpenStudio } from '../engine/host/open-studio.ts';
import { AssetStore } from '../engine/project/asset-store.ts';
import { writeFailure } from '../engine/project/file-errors.ts';
import { createStudioOn } from '../engine/studio/create.ts';
import type { Rooms } from '../engine/studio/rooms.ts';

/** A studio in this process with an empty library of its own: the user's is not touched. */
export interface CliEngine {
  studio: OpenStudio;
  rooms: Rooms;
  assets: AssetStore;
}

/** Opens a studio for the time of `work` and removes its library afterwards, so that batches don't fill the disk. */
export async function withEngine<T>(rooms: Rooms, work: (engine: CliEngine) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'turnaround-cli-')).catch((error: unknown) => {
    throw writeFailure(tmpdir(), error);
  });
  try {
    const shared: Rooms = { ...rooms, close: async () => {} };
    const studio = localStudio(await createStudioOn(shared, { dataDir }));
    try {
      return await work({ studio, rooms, assets: new AssetStore(join(dataDir, 'assets')) });
    } finally {
      await studio.close();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
