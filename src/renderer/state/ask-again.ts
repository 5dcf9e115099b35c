import { toErrorPayload } from '../../shared/errors.ts';
import type { Studio } from '../../shared/studio-api.ts';
import { useConnection } from './connection.ts';

/** The studio as soon as there is a connection, but not `lost`, whose connection has ended. */
function connected(lost: Studio | null): Promise<Studio> {
  return new Promise((resolve) => {
    const found = () => {
      const { phase, studio } = useConnection.getState();
      return phase === 'ready' && studio !== lost ? studio : null;
    };
    const now = found();
    if (now) return resolve(now);
    const stop = useConnection.subscribe(() => {
      const studio = found();
      if (!studio) return;
      stop();
      resolve(studio);
    });
  });
}

/**
 * Asks the studio, and asks again when the connection was lost meanwhile and is back, so that what is shown needs no
 * reload. For questions that may be put twice; other errors are thrown.
 */
export async function askAgain<T>(ask: (studio: Studio) => Promise<T>): Promise<T> {
  let lost: Studio | null = null;
  for (;;) {
    const studio = await connected(lost);
    try {
      return await ask(studio);
    } catch (error) {
      if (toErrorPayload(error).code !== 'connection-lost') throw error;
      lost = studio;
    }
  }
}
