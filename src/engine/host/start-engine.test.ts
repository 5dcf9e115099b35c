import { afterEach, expect, test } from 'vitest';
import { connectStudio } from '../../shared/rpc.ts';
import type { Studio } from '../../shared/studio-api.ts';
import { type EngineHost, startEngine } from './start-engine.ts';

const entry = new URL('./test-engine-worker.ts', import.meta.url);
const options = { dataDir: '/nowhere', modelsDir: '/nowhere', provider: 'cpu' } as const;
let host: EngineHost | undefined;
afterEach(async () => {
  await host?.close();
  host = undefined;
});

const open = async (): Promise<[Studio, Studio]> => {
  host = await startEngine(options, entry);
  return [connectStudio(host.connect()), connectStudio(host.connect())];
};

test('serves several clients from one thread and tells all of them what changed', async () => {
  const [first, second] = await open();
  await second.call('document.get', {});
  const told = new Promise((resolve) => second.on('document.changed', resolve));
  const state = await first.call('document.rename', { name: 'Blue' });
  expect(state.undoLabel).toBe('Blue');
  expect(await told).toEqual(state);
});

test('typed arrays arrive as they were', async () => {
  const [studio] = await open();
  const { vertices, parts } = await studio.call('studio.template', {});
  expect(vertices).toEqual(new Float32Array([0.5, -1]));
  expect(parts).toEqual(new Uint8Array([7]));
});

test("passes the studio's own error on when it can't open", async () => {
  await expect(startEngine({ ...options, dataDir: 'refuse' }, entry)).rejects.toMatchObject({
    code: 'file-not-writable',
    remedy: 'Choose another folder.',
  });
});

test('a crash of the thread fails the calls under way and is told to the host', async () => {
  const [studio] = await open();
  const lost = new Promise((resolve) => host?.onLost(resolve));
  await expect(studio.call('project.save', {})).rejects.toMatchObject({ code: 'connection-lost' });
  expect(await lost).toMatchObject({ code: 'worker-lost', message: expect.stringContaining('test crash') });
});

test('closing fails the calls under way and ends the thread', async () => {
  const [studio] = await open();
  const waiting = expect(studio.call('library.list', {})).rejects.toMatchObject({ code: 'connection-lost' });
  await studio.call('document.get', {});
  await host?.close();
  await waiting;
});

test('the real engine says which models are missing', async () => {
  await expect(startEngine({ ...options, modelsDir: '/nowhere/models' })).rejects.toMatchObject({
    code: 'model-missing',
    message: expect.stringContaining('/nowhere/models'),
  });
});
