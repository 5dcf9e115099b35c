import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { connectStudio, serveStudio } from '../../shared/rpc.ts';
import { portPair } from '../host/message-port.ts';
import { createStudioOn } from './create.ts';
import type { Rooms } from './rooms.ts';
import { StudioBench, shown } from './test-bench.ts';
import { testPhoto, testRooms } from './test-rooms.ts';

const bench = new StudioBench();

test('a refinement fits the car with the changes that were asked for before it', async () => {
  const [studio] = await bench.openWithCar();
  const longer = studio.call('car.setLength', { lengthMetres: 5 });
  const { proposal } = await studio.call('refine.start', { iterations: 1 });
  expect(proposal.car.lengthMetres).toBe(5);
  await longer;
});

test('a refinement proposes beside the car; accepting is one undoable step', async () => {
  const [studio, { document }] = await bench.openWithCar();
  const iterations: number[] = [];
  const result = await studio.call(
    'refine.start',
    { iterations: 3 },
    { onProgress: ({ iteration }) => iterations.push(iteration) },
  );
  expect(iterations).toEqual([1, 2, 3]);
  expect(result).toMatchObject({ stopped: false, maskIoUBefore: 0.8 });
  expect(result.proposal.car.offsets).not.toBe(document?.car.offsets);
  expect(await shown(studio)).toEqual(document);
  const state = await studio.call('refine.accept', {});
  expect(state).toMatchObject({ undoLabel: 'Refine', document: { viewpoint: { azimuthDeg: 42 } } });
  expect(state.document?.maskIoU.refined).toBeGreaterThan(0);
  expect((await studio.call('document.undo', {})).document).toEqual(document);
  await expect(studio.call('refine.accept', {})).rejects.toMatchObject({ code: 'no-proposal' });
});

test('a proposal waits for whoever comes next, and is told when it is there and when it is gone', async () => {
  const [studio] = await bench.openWithCar();
  const told: (number | undefined)[] = [];
  studio.on('document.changed', ({ proposal }) => told.push(proposal?.maskIoUBefore));
  const result = await studio.call('refine.start', { iterations: 1 });
  expect((await studio.call('document.get', {})).proposal).toEqual(result);
  await studio.call('document.rename', { name: 'Mine' });
  expect((await studio.call('refine.discard', {})).proposal).toBeNull();
  await studio.call('refine.start', { iterations: 1 });
  expect((await studio.call('refine.accept', {})).proposal).toBeNull();
  expect(told).toEqual([0.8, 0.8, undefined, 0.8, undefined]);
});

test('a page that is closed in the middle leaves the best so far to the next one', async () => {
  const engine = await createStudioOn(testRooms(), { dataDir: bench.folder });
  const openPage = () => {
    const [pageSide, engineSide] = portPair();
    serveStudio(engineSide, engine.handlers, engine.events);
    return { page: connectStudio(pageSide), close: pageSide.close };
  };
  const first = openPage();
  await first.page.call('photo.import', { name: 'red.png', bytes: await testPhoto() });
  const onProgress = ({ iteration }: { iteration: number }) => iteration === 3 && first.close();
  const running = first.page.call('refine.start', { iterations: 2000 }, { onProgress });
  const { page } = openPage();
  const told = new Promise((resolve) => page.on('document.changed', resolve));
  await expect(running).rejects.toMatchObject({ code: 'connection-lost' });
  expect(await told).toMatchObject({ proposal: { stopped: true } });
  expect((await page.call('refine.accept', {})).undoLabel).toBe('Refine');
  await engine.close();
});

test('a refinement whose car was changed is not textured any more', async () => {
  let textured = 0;
  const textureCar: Rooms['textureCar'] = (...all) => {
    textured++;
    return testRooms().textureCar(...all);
  };
  const [studio] = await bench.openWithCar({ rooms: { textureCar } });
  const running = studio.call('refine.start', { iterations: 2000 });
  await studio.call('car.setLength', { lengthMetres: 5 });
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  expect(textured).toBe(1);
});

test('what came before a refinement is freed with its first picture', async () => {
  let before: unknown;
  const refine: Rooms['refine'] = async ({ offsets, viewpoint, light, onProgress }) => {
    const garbage = new WeakRef(new Uint8Array(1e6));
    for (let turn = 0; turn < 3; turn++) await setImmediate();
    onProgress({ iteration: 1, loss: 1, maskIoU: 0.8, viewpoint, offsets, light });
    for (let turn = 0; turn < 3; turn++) await setImmediate();
    before = garbage.deref();
    return { offsets, viewpoint, light, maskIoUBefore: 0.8, maskIoUAfter: 0.8, stopped: false };
  };
  const [studio] = await bench.openWithCar({ rooms: { refine } });
  await studio.call('refine.start', { iterations: 1 });
  expect(before).toBeUndefined();
});

test('a refinement begins before its photo is read', async () => {
  const seen: string[] = [];
  const refine: Rooms['refine'] = async ({ mask, photo, texture, offsets, viewpoint, light }) => {
    seen.push(`${mask.length} of ${photo.width} x ${photo.height}`);
    expect(photo.rgb).toBeInstanceOf(Promise);
    const [rgb, atlas] = await Promise.all([photo.rgb, texture]);
    seen.push(`${rgb.length} ${atlas.size}`);
    return { offsets, viewpoint, light, maskIoUBefore: 0.8, maskIoUAfter: 0.8, stopped: false };
  };
  const [studio] = await bench.openWithCar({ rooms: { refine } });
  await studio.call('refine.start', { iterations: 1 });
  expect(seen).toEqual(['64000 of 320 x 200', '192000 16']);
});

test('a refinement that changed nothing can be accepted', async () => {
  const refine: Rooms['refine'] = async ({ offsets, viewpoint, light }) => ({
    ...{ offsets, viewpoint, light, maskIoUBefore: 0.8, maskIoUAfter: 0.8, stopped: false },
  });
  const [studio] = await bench.openWithCar({ rooms: { refine } });
  await studio.call('refine.start', { iterations: 1 });
  expect(await studio.call('refine.accept', {})).toMatchObject({ undoLabel: 'Refine', proposal: null });
});

test('a proposal never lands on a car that was changed meanwhile, nor twice', async () => {
  const [studio, { document }] = await bench.openWithCar();
  await studio.call('refine.start', { iterations: 1 });
  const { viewpoint } = await shown(studio);
  const changing = studio.call('viewpoint.set', { viewpoint: { ...viewpoint, azimuthDeg: 50 } });
  await expect(studio.call('refine.accept', {})).rejects.toMatchObject({ code: 'no-proposal' });
  expect((await changing).undoLabel).toBe('Move viewpoint');
  await studio.call('document.undo', {});

  await studio.call('refine.start', { iterations: 1 });
  const both = await Promise.allSettled([1, 2].map(() => studio.call('refine.accept', {})));
  expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
  expect((await studio.call('document.undo', {})).document).toEqual(document);
});

test('cancelling a refinement keeps the best so far; a second one at the same time is refused', async () => {
  const [studio, { document }] = await bench.openWithCar();
  const controller = new AbortController();
  const running = studio.call(
    'refine.start',
    { iterations: 2000 },
    { signal: controller.signal, onProgress: ({ iteration }) => iteration === 3 && controller.abort() },
  );
  await expect(studio.call('refine.start', { iterations: 5 })).rejects.toMatchObject({ code: 'busy' });
  expect(await running).toMatchObject({ stopped: true });
  await studio.call('refine.discard', {});
  expect(await shown(studio)).toEqual(document);
  expect((await studio.call('refine.start', { iterations: 1 })).stopped).toBe(false);
});

test('a change of the car ends its refinement and takes the proposal away; a new name does not', async () => {
  const [studio] = await bench.openWithCar();
  await studio.call('refine.start', { iterations: 1 });
  await studio.call('document.rename', { name: 'Mine' });
  expect((await studio.call('refine.accept', {})).document).toMatchObject({
    name: 'Mine',
    viewpoint: { azimuthDeg: 42 },
  });
  const running = studio.call('refine.start', { iterations: 2000 });
  await studio.call('car.setLength', { lengthMetres: 5 });
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  await studio.call('refine.start', { iterations: 1 });
  await studio.call('document.undo', {});
  await expect(studio.call('refine.accept', {})).rejects.toMatchObject({ code: 'no-proposal' });
});
