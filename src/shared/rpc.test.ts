import { expect, it, vi } from 'vitest';
import { StudioError, throwIfCancelled } from './errors.ts';
import type { Port } from './port.ts';
import { connectStudio, type EventSource, serveStudio } from './rpc.ts';
import type { DocumentState, Handlers, Method } from './studio-api.ts';

const empty: DocumentState = {
  document: null,
  canUndo: false,
  canRedo: false,
  undoLabel: null,
  redoLabel: null,
  unsaved: false,
  proposal: null,
};

function portPair(): [Port, Port, () => void] {
  const listeners: ((message: unknown) => void)[][] = [[], []];
  const closers: (() => void)[] = [];
  const port = (mine: number): Port => ({
    post: (message) =>
      queueMicrotask(() => {
        for (const l of listeners[1 - mine] ?? []) l(structuredClone(message));
      }),
    onMessage: (l) => listeners[mine]?.push(l),
    onClose: (l) => closers.push(l),
    close: () => {
      for (const l of closers) l();
    },
  });
  return [
    port(0),
    port(1),
    () => {
      for (const l of closers) l();
    },
  ];
}

function setUp(overrides: Partial<Handlers>) {
  const [client, server, close] = portPair();
  const listeners = new Set<(state: DocumentState) => void>();
  const source: EventSource = {
    on: (name, listener) => {
      if (name !== 'document.changed') return () => {};
      const l = listener as unknown as (state: DocumentState) => void;
      listeners.add(l);
      return () => listeners.delete(l);
    },
  };
  const handlers = new Proxy(overrides, {
    get: (target, name) =>
      target[name as Method] ??
      (() => {
        throw new StudioError('internal', `no ${String(name)}`, 'none');
      }),
  }) as Handlers;
  serveStudio(server, handlers, source);
  return {
    studio: connectStudio(client),
    emit: (s: DocumentState) => {
      for (const l of listeners) l(s);
    },
    close,
    listeners,
  };
}

it('answers a call and validates what comes back', async () => {
  const { studio } = setUp({ 'document.get': () => empty, 'asset.get': () => ({ bytes: 5 }) as never });
  expect(await studio.call('document.get', {})).toEqual(empty);
  await expect(studio.call('asset.get', { hash: 'a'.repeat(64) })).rejects.toMatchObject({
    code: 'internal',
  });
});

it('refuses wrong parameters before the handler runs', async () => {
  const handler = vi.fn(() => empty);
  const { studio } = setUp({ 'car.setLength': handler });
  await expect(studio.call('car.setLength', { lengthMetres: -1 })).rejects.toMatchObject({
    code: 'invalid-parameters',
  });
  expect(handler).not.toHaveBeenCalled();
});

it('brings a StudioError over with its code and remedy', async () => {
  const { studio } = setUp({
    'document.undo': () => {
      throw new StudioError('no-document', 'There is no car.', 'Open one.');
    },
  });
  await expect(studio.call('document.undo', {})).rejects.toMatchObject({
    code: 'no-document',
    remedy: 'Open one.',
  });
});

it('reports progress and cancels the handler through its signal', async () => {
  const { studio } = setUp({
    'photo.import': async (_params, { signal, progress }) => {
      progress({ stage: 'decode', fraction: 0.1 });
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throwIfCancelled(signal);
      return empty;
    },
  });
  const controller = new AbortController();
  const stages: string[] = [];
  const call = studio.call(
    'photo.import',
    { name: 'a.jpg', bytes: new Uint8Array(1) },
    {
      signal: controller.signal,
      onProgress: (p) => {
        stages.push(p.stage);
        controller.abort();
      },
    },
  );
  await expect(call).rejects.toMatchObject({ code: 'cancelled' });
  expect(stages).toEqual(['decode']);
});

it('delivers events until unsubscribed', async () => {
  const { studio, emit } = setUp({});
  const seen: boolean[] = [];
  const stop = studio.on('document.changed', (state) => seen.push(state.canUndo));
  emit({ ...empty, canUndo: true });
  await Promise.resolve();
  stop();
  emit(empty);
  await Promise.resolve();
  expect(seen).toEqual([true]);
});

it('fails open calls when the port closes, aborts their handlers and stops listening', async () => {
  let aborted = false;
  const { studio, close, listeners } = setUp({
    'refine.start': (_params, { signal }) =>
      new Promise(() => {
        signal.addEventListener('abort', () => {
          aborted = true;
        });
      }),
  });
  const call = studio.call('refine.start', { iterations: 5 });
  await new Promise((resolve) => setTimeout(resolve));
  close();
  await expect(call).rejects.toMatchObject({ code: 'connection-lost' });
  await expect(studio.call('document.get', {})).rejects.toMatchObject({ code: 'connection-lost' });
  expect(aborted).toBe(true);
  expect(listeners.size).toBe(0);
});

it('outlives events, progress and messages of another shape', async () => {
  const [client, server] = portPair();
  const studio = connectStudio(client);
  const heard: unknown[] = [];
  studio.on('document.changed', (state) => heard.push(state));
  server.onMessage((raw) => {
    const { id } = raw as { id: number };
    server.post('no message');
    server.post({ kind: 'event', name: 'document.changed', value: { document: 7 } });
    server.post({ kind: 'event', name: 'toString', value: 1 });
    server.post({ kind: 'progress', id, value: { stage: 'decode', fraction: Number.NaN } });
    server.post({ kind: 'progress', id, value: { stage: 'decode', fraction: 0.5 } });
    server.post({ kind: 'result', id, value: empty });
  });
  const onProgress = vi.fn();
  expect(await studio.call('viewpoint.flip', {}, { onProgress })).toEqual(empty);
  expect(onProgress.mock.calls).toEqual([[{ stage: 'decode', fraction: 0.5 }]]);
  expect(heard).toEqual([]);
});

it('fails a call whose error is of no known kind', async () => {
  const [client, server] = portPair();
  server.onMessage((raw) => {
    const { id } = raw as { id: number };
    server.post({ kind: 'error', id, error: { code: 'of-tomorrow', message: 'x', remedy: 'y' } });
  });
  await expect(connectStudio(client).call('document.get', {})).rejects.toMatchObject({
    code: 'internal',
    message: expect.stringContaining('document.get'),
  });
});
