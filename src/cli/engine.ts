import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localStudio, type OpenStudio } from '../engine/host/open-studio.ts';
import { AssetStore } from '../engine/project/asset-store.ts';
import { createStudioOn } from '../engine/studio/create.ts';
import type { Rooms } from '../engine/studio/rooms.ts';

/** The engine in this process, with a library of its own that goes when it closes: the user's is not touched. */
export interface CliEngine {
  studio: OpenStudio;
  rooms: Rooms;
  assets: AssetStore;
  close(): Promise<void>;
}

export async function openCliEngine(openRooms: () => Promise<Rooms>): Promise<CliEngine> {
  const rooms = await openRooms();
  const dataDir = await mkdtemp(join(tmpdir(), 'turnaround-cli-'));
  const studio = localStudio(await createStudioOn(rooms, { dataDir }));
  return {
    studio,
    rooms,
    assets: new AssetStore(join(dataDir, 'assets')),
    close: async () => {
      await studio.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
