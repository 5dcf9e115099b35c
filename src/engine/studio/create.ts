import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Handlers } from '../../shared/studio-api.ts';
import { AssetStore } from '../project/asset-store.ts';
import type { WriteBytes } from '../project/atomic-write.ts';
import { lockFolder } from '../project/folder-lock.ts';
import { Library } from '../project/library.ts';
import type { EngineStudio, StudioOptions } from '../studio.ts';
import { carHandlers } from './car-handlers.ts';
import type { StudioContext } from './context.ts';
import { Emitter } from './emitter.ts';
import { announceStatus, engineHandlers } from './engine-handlers.ts';
import { LatestOnly } from './latest-only.ts';
import {
  collectGarbage,
  libraryHandlers,
  openAnother,
  openFromLibrary,
  openProject,
} from './library-handlers.ts';
import { NeuralCars } from './neural-cars.ts';
import { outputHandlers } from './output-handlers.ts';
import { Refinement } from './refinement.ts';
import { Retexture } from './retexture.ts';
import type { Rooms } from './rooms.ts';
import { Session } from './session.ts';
import { Newest } from './tasks.ts';
import { Thumbnails } from './thumbnails.ts';

type LibraryOptions = Pick<StudioOptions, 'dataDir' | 'sampleProject'>;

export interface CreatedStudio extends EngineStudio {
  /** Rooms.warmUp; what it changed is told. */
  warmUp(): Promise<void>;
}

/**
 * The studio on given rooms; `write` stands in for the disk in tests. Opens the car last worked on, else the sample. Throws
 * `library-in-use` while another process has the same library open: two would overwrite each other's cars.
 */
export async function createStudioOn(
  rooms: Rooms,
  options: LibraryOptions,
  write?: WriteBytes,
): Promise<CreatedStudio> {
  const unlock = await lockFolder(options.dataDir);
  try {
    const studio = await openStudioOn(rooms, options, write);
    return { ...studio, close: () => studio.close().finally(unlock) };
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function openStudioOn(
  rooms: Rooms,
  { dataDir, sampleProject }: LibraryOptions,
  write: WriteBytes | undefined,
): Promise<CreatedStudio> {
  const closing = new AbortController();
  const emitter = new Emitter();
  const assets = new AssetStore(join(dataDir, 'assets'), write);
  const library = new Library(dataDir, write);
  const refinement = new Refinement(rooms, assets);
  const retexture = new Retexture(rooms, assets);
  const thumbnails = new Thumbnails(rooms, assets, library, emitter);
  const session = new Session(
    library,
    emitter,
    (before, after) => {
      refinement.documentChanged(after);
      retexture.documentChanged(after);
      if (after) thumbnails.documentChanged(before, after);
    },
    () => refinement.proposal,
  );
  const studio: StudioContext = {
    ...{ rooms, assets, library, emitter, session, refinement, retexture },
    neural: new NeuralCars(rooms, assets),
    builds: new Newest(),
    pictures: new LatestOnly(),
    closing: closing.signal,
  };
  await openFirst(studio, sampleProject);
  await collectGarbage(studio);

  const handlers: Handlers = {
    ...engineHandlers(studio),
    ...carHandlers(studio),
    ...outputHandlers(studio),
    ...libraryHandlers(studio),
  };
  return {
    handlers,
    events: emitter,
    warmUp: async () => {
      await rooms.warmUp();
      await announceStatus(studio);
    },
    close: async () => {
      closing.abort();
      await studio.builds.stop();
      await refinement.ended();
      await retexture.settled();
      await session.settled();
      await thumbnails.settled();
      await rooms.close();
    },
  };
}

async function openFirst(studio: StudioContext, sampleProject: string | undefined): Promise<void> {
  const last = await studio.library.openCar();
  if (last && (await openFromLibrary(studio, last).catch(() => null))) return;
  await openAnother(studio);
  if (studio.session.shown || !sampleProject) return;
  const sample = await readFile(sampleProject).catch(() => null);
  // a sample that can't be opened leaves an empty studio, which says how to begin
  if (sample) await openProject(studio, basename(sampleProject), new Uint8Array(sample)).catch(() => null);
}
