import { expect, test } from 'vitest';
import { cancelled, StudioError } from '../../shared/errors.ts';
import type { Pose, Rooms } from './rooms.ts';
import { StudioBench, shown } from './test-bench.ts';
import { testRooms } from './test-rooms.ts';

const bench = new StudioBench();
const plain = testRooms();

/** Rooms whose texture shows the azimuth from which it was taken, and the poses that they were asked for. */
function watched(before: (pose: Pose, signal: AbortSignal | undefined) => Promise<void> = async () => {}) {
  const azimuths: number[] = [];
  const full: (boolean | undefined)[] = [];
  const textureCar: Rooms['textureCar'] = async (photo, mask, pose, signal, options) => {
    azimuths.push(pose.viewpoint.azimuthDeg);
    full.push(options?.full);
    await before(pose, signal);
    const atlas = await plain.textureCar(photo, mask, pose);
    return { ...atlas, rgb: atlas.rgb.fill(Math.round(pose.viewpoint.azimuthDeg)) };
  };
  return { rooms: { textureCar }, azimuths, full };
}

test('a moved viewpoint takes its texture and its fit from the photo; one undo brings both back', async () => {
  const { rooms, azimuths } = watched();
  const [studio, first] = await bench.openWithCar({ rooms });
  const before = await shown(studio);
  const viewpoint = { ...before.viewpoint, azimuthDeg: 70 };
  const told: [number | undefined, boolean][] = [];
  studio.on('document.changed', ({ document }) =>
    told.push([document?.viewpoint.azimuthDeg, document?.car.texture === before.car.texture]),
  );
  const { document, undoLabel } = await studio.call('viewpoint.set', { viewpoint });
  expect(azimuths).toEqual([40, 70]);
  expect(document?.car.texture).not.toBe(before.car.texture);
  expect(document?.car.offsets).toBe(before.car.offsets);
  expect(document?.maskIoU.encoder).not.toBe(before.maskIoU.encoder);
  expect(undoLabel).toBe('Move viewpoint');
  expect(told).toEqual([
    [70, true],
    [70, false],
  ]);
  expect(await studio.call('document.undo', {})).toMatchObject({ document: first.document, canUndo: false });
  expect((await studio.call('document.redo', {})).document).toEqual(document);
});

test('after a refinement the moved fit and the finer texture are those of the refined car', async () => {
  const { rooms, full } = watched();
  const [studio] = await bench.openWithCar({ rooms });
  await studio.call('refine.start', { iterations: 1 });
  const refined = (await studio.call('refine.accept', {})).document;
  const viewpoint = { ...(await shown(studio)).viewpoint, azimuthDeg: 70 };
  const { maskIoU } = (await studio.call('viewpoint.set', { viewpoint })).document ?? { maskIoU: null };
  expect(maskIoU?.encoder).toBe(refined?.maskIoU.encoder);
  expect(maskIoU?.refined).not.toBe(refined?.maskIoU.refined);
  expect(full).toEqual([undefined, true, true]);
});

test('of viewpoints that follow each other quickly only the last is textured', async () => {
  const { rooms, azimuths } = watched();
  const [studio] = await bench.openWithCar({ rooms });
  const { viewpoint } = await shown(studio);
  const states = await Promise.all(
    [50, 60, 70].map((azimuthDeg) =>
      studio.call('viewpoint.set', { viewpoint: { ...viewpoint, azimuthDeg } }),
    ),
  );
  expect(azimuths).toEqual([40, 70]);
  expect(states[2].document?.viewpoint.azimuthDeg).toBe(70);
  expect((await studio.call('document.undo', {})).document?.viewpoint.azimuthDeg).toBe(40);
});

test('an undo in the middle ends it, and what was made for the moved viewpoint is left out', async () => {
  let reached = () => {};
  const texturing = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const { rooms } = watched(async ({ viewpoint }, signal) => {
    if (viewpoint.azimuthDeg !== 70) return;
    reached();
    await new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(cancelled())));
  });
  const [studio, { document }] = await bench.openWithCar({ rooms });
  const { viewpoint } = await shown(studio);
  const moving = studio.call('viewpoint.set', { viewpoint: { ...viewpoint, azimuthDeg: 70 } });
  await texturing;
  await studio.call('document.undo', {});
  expect((await moving).document).toEqual(document);
  expect(await shown(studio)).toEqual(document);
});

test('a cancelled one keeps the viewpoint and the texture that was there', async () => {
  const { rooms, azimuths } = watched();
  const [studio] = await bench.openWithCar({ rooms });
  const { viewpoint, car } = await shown(studio);
  const controller = new AbortController();
  const stop = studio.on('document.changed', () => controller.abort());
  const moved = { viewpoint: { ...viewpoint, azimuthDeg: 70 } };
  const { document } = await studio.call('viewpoint.set', moved, { signal: controller.signal });
  stop();
  expect([document?.viewpoint.azimuthDeg, document?.car.texture]).toEqual([70, car.texture]);
  expect(azimuths).toEqual([40]);
});

test('what is refined, measured anew or written out waits for the texture', async () => {
  const [studio] = await bench.openWithCar(watched());
  const { viewpoint } = await shown(studio);
  const moving = studio.call('viewpoint.set', { viewpoint: { ...viewpoint, azimuthDeg: 70 } });
  const [{ hash }, { document }, { proposal }] = await Promise.all([
    studio.call('project.save', {}),
    moving,
    studio.call('refine.start', { iterations: 1 }),
  ]);
  expect(await studio.call('project.noteSaved', { id: document?.id ?? '', hash })).toMatchObject({
    unsaved: false,
  });
  expect(proposal.id).toBe(document?.id);
  expect((await studio.call('refine.accept', {})).undoLabel).toBe('Refine');
});

test('a failure is told, and the car is as before at the moved viewpoint', async () => {
  const { rooms } = watched(async ({ viewpoint }) => {
    if (viewpoint.azimuthDeg === 70)
      throw new StudioError('disk-full', 'The disk is full.', 'Free some space.');
  });
  const [studio] = await bench.openWithCar({ rooms });
  const { viewpoint, car } = await shown(studio);
  const moved = { ...viewpoint, azimuthDeg: 70 };
  const moving = studio.call('viewpoint.set', { viewpoint: moved });
  await expect(moving).rejects.toMatchObject({ code: 'disk-full' });
  expect(await shown(studio)).toMatchObject({ viewpoint: moved, car });
});

test('a studio that closes in the middle does not wait for it to be drawn', async () => {
  const { rooms, azimuths } = watched();
  const [studio] = await bench.openWithCar({ rooms });
  const { viewpoint } = await shown(studio);
  const moving = studio.call('viewpoint.set', { viewpoint: { ...viewpoint, azimuthDeg: 70 } });
  moving.catch(() => {});
  await expect.poll(async () => (await shown(studio)).viewpoint.azimuthDeg).toBe(70);
  await studio.close();
  expect(azimuths).toEqual([40]);
  expect((await shown(await bench.open({ rooms }))).viewpoint.azimuthDeg).toBe(70);
});
