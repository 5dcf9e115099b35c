import type { Handlers, Status } from '../../shared/studio-api.ts';
import { packageVersion } from '../host/paths.ts';
import type { StudioContext } from './context.ts';

/** Methods about the engine itself, the document as it is, and its assets. */
export function engineHandlers(
  studio: StudioContext,
): Pick<
  Handlers,
  | 'studio.status'
  | 'studio.setProvider'
  | 'studio.template'
  | 'asset.get'
  | 'document.get'
  | 'document.undo'
  | 'document.redo'
  | 'document.rename'
> {
  const { rooms, assets, session } = studio;
  return {
    'studio.status': () => statusOf(studio),
    'studio.setProvider': async ({ provider }) => {
      await rooms.setProvider(provider);
      studio.neural.clear();
      return announceStatus(studio);
    },
    'studio.template': () => {
      const { vertices, faces, uv, mirror, parts } = rooms.template;
      return { vertices, faces, uv, mirror, parts };
    },
    'asset.get': async ({ hash }) => {
      const bytes = await assets.get(hash);
      return { bytes, type: mediaType(bytes) };
    },
    'document.get': () => session.state(),
    'document.undo': () => session.undo(),
    'document.redo': () => session.redo(),
    'document.rename': ({ name }) => session.edit('Rename', (now) => ({ ...now, name })),
  };
}

async function statusOf({ rooms }: StudioContext): Promise<Status> {
  return { version: packageVersion(), ...(await rooms.status()) };
}

/** Tells the engine's status to whoever listens. */
export async function announceStatus(studio: StudioContext): Promise<Status> {
  const status = await statusOf(studio);
  studio.emitter.emit('status.changed', status);
  return status;
}

function mediaType(bytes: Uint8Array): string {
  if (bytes[0] === 0x89 && bytes[1] === 0x50) return 'image/png';
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'image/jpeg';
  return 'application/octet-stream';
}
