import type { EventSource } from '../shared/rpc.ts';
import type { Handlers, Provider } from '../shared/studio-api.ts';
import { createStudioOn } from './studio/create.ts';
import { openRooms } from './studio/open-rooms.ts';

export interface StudioOptions {
  /** folder of the library, created when missing */
  dataDir: string;
  /** folder of manifest.json and the models it names */
  modelsDir: string;
  /** execution provider of the networks; 'auto' begins on the CPU and takes the fastest one that proves right here */
  provider: Provider | 'auto';
  /** project file that is opened when the library is empty; none if it is absent */
  sampleProject?: string;
}

/** The studio API at work: what serveStudio needs, and the way to end it. */
export interface EngineStudio {
  handlers: Handlers;
  events: EventSource;
  /** Ends tasks under way, writes what is pending and gives memory back. */
  close(): Promise<void>;
}

/** Opens the models and the library; the models are warmed up meanwhile. Rejects with `model-missing`, `model-hash`, `library-in-use`, `file-not-writable` ... */
export async function createStudio(options: StudioOptions): Promise<EngineStudio> {
  const rooms = await openRooms(options);
  try {
    const studio = await createStudioOn(rooms, options);
    // whatever is wrong with a model is told when it is needed
    studio.warmUp().catch(() => {});
    return studio;
  } catch (error) {
    await rooms.close();
    throw error;
  }
}
