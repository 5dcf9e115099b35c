import { parentPort, workerData } from 'node:worker_threads';
import { StudioError } from '../../shared/errors.ts';
import type { DocumentState, EventPayload, Handlers } from '../../shared/studio-api.ts';
import type { StudioOptions } from '../studio.ts';
import { serveClients } from './serve-clients.ts';

/** A stand-in for engine-worker.ts in the tests of startEngine: a studio without models. */
const state = (undoLabel: string | null): DocumentState => ({
  document: null,
  canUndo: undoLabel !== null,
  canRedo: false,
  undoLabel,
  redoLabel: null,
  unsaved: false,
  proposal: null,
});
const listeners = new Set<(payload: EventPayload<'document.changed'>) => void>();

const handlers: Partial<Handlers> = {
  'document.get': () => state(null),
  'document.rename': ({ name }) => {
    for (const listener of listeners) listener(state(name));
    return state(name);
  },
  'studio.template': () => ({
    vertices: new Float32Array([0.5, -1]),
    faces: new Uint32Array(3),
    uv: new Float32Array(6),
    mirror: new Uint32Array(1),
    parts: new Uint8Array([7]),
  }),
  'library.list': () => new Promise(() => {}),
  'project.save': () => {
    setImmediate(() => {
      throw new Error('test crash');
    });
    return new Promise(() => {});
  },
};

if (!parentPort) throw new Error('test-engine-worker.ts runs in a worker thread');
await serveClients(parentPort, async () => {
  if ((workerData as StudioOptions).dataDir === 'refuse') {
    throw new StudioError('file-not-writable', 'The folder is read-only.', 'Choose another folder.');
  }
  return {
    handlers: handlers as Handlers,
    events: {
      on: (name, listener) => {
        if (name !== 'document.changed') return () => {};
        const heard = listener as (payload: EventPayload<'document.changed'>) => void;
        listeners.add(heard);
        return () => listeners.delete(heard);
      },
    },
    close: async () => {},
  };
});
