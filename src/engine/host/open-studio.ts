import { connectStudio, serveStudio } from '../../shared/rpc.ts';
import type { Studio } from '../../shared/studio-api.ts';
import { createStudio, type EngineStudio, type StudioOptions } from '../studio.ts';
import { portPair } from './message-port.ts';

export interface OpenStudio extends Studio {
  close(): Promise<void>;
}

/** The studio inside this process, for the CLI and tests: same validation, no copies, no thread. */
export async function openStudio(options: StudioOptions): Promise<OpenStudio> {
  return localStudio(await createStudio(options));
}

export function localStudio(studio: EngineStudio): OpenStudio {
  const [client, server] = portPair();
  serveStudio(server, studio.handlers, studio.events);
  const { call, on } = connectStudio(client);
  return {
    call,
    on,
    close: async () => {
      client.close();
      await studio.close();
    },
  };
}
