import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { OpenStudio } from '../host/open-studio.ts';
import { StudioBench, shown } from './test-bench.ts';
import { deadly, inPieces, refineRooms, testMask } from './test-refine-rooms.ts';
import { testPhoto } from './test-rooms.ts';

const bench = new StudioBench();
const rooms = refineRooms();

async function openWith(mask?: Promise<Uint8Array>): Promise<OpenStudio> {
  const studio = await bench.open({ rooms });
  const given = mask ? { mask: await mask } : {};
  await studio.call('photo.import', { name: 'red.png', bytes: await testPhoto(), ...given });
  return studio;
}

/** The refinement is refused in these words, and the car is as it was. */
async function refused(studio: OpenStudio, told: { code: string; message: unknown }, iterations = 5) {
  const before = await studio.call('document.get', {});
  await expect(studio.call('refine.start', { iterations })).rejects.toMatchObject(told);
  expect(await studio.call('document.get', {})).toEqual(before);
  expect(before.proposal).toBeNull();
}

test('an empty mask makes no car, and the open car stays', async () => {
  const studio = await openWith();
  const before = await shown(studio);
  const mask = await testMask(320, 200, () => false);
  await expect(
    studio.call('photo.import', { name: 'red.png', bytes: await testPhoto(), mask }),
  ).rejects.toMatchObject({ code: 'no-car' });
  expect(await shown(studio)).toEqual(before);
  expect((await studio.call('refine.start', { iterations: 1 })).stopped).toBe(false);
});

test('a full mask has no outline to fit', async () => {
  const studio = await openWith(testMask(320, 200, () => true));
  await refused(studio, { code: 'no-car', message: expect.stringContaining('covers the whole photo') });
});

test('a mask of many pieces is fitted', async () => {
  const studio = await openWith(testMask(320, 200, inPieces));
  const { maskIoUAfter, maskIoUBefore } = await studio.call('refine.start', { iterations: 20 });
  expect(maskIoUAfter).toBeGreaterThan(0.3);
  expect(maskIoUAfter).toBeGreaterThan(maskIoUBefore - 0.05);
  expect((await studio.call('refine.accept', {})).undoLabel).toBe('Refine');
});

test('a photo of 16 x 16 pixels is fitted', async () => {
  const studio = await bench.open({ rooms });
  const bytes = await sharp(await testPhoto())
    .resize(16, 16, { fit: 'fill' })
    .png()
    .toBuffer();
  const mask = await testMask(16, 16, (x, y) => x >= 3 && x < 13 && y >= 5 && y < 11);
  await studio.call('photo.import', { name: 'tiny.png', bytes: new Uint8Array(bytes), mask });
  const { maskIoUAfter, maskIoUBefore } = await studio.call('refine.start', { iterations: 20 });
  expect(maskIoUAfter).toBeGreaterThan(0.5);
  expect(maskIoUAfter).toBeGreaterThanOrEqual(maskIoUBefore);
});

test('a viewpoint inside the car is refused', async () => {
  const studio = await openWith();
  const { viewpoint } = await shown(studio);
  await studio.call('viewpoint.set', { viewpoint: { ...viewpoint, distance: 0.2 } });
  await refused(studio, { code: 'invalid-parameters', message: 'The viewpoint lies inside the car.' });
});

test('a thread that is killed in the middle is told, and the next refinement has another', async () => {
  const studio = await openWith();
  await studio.call('refine.start', { iterations: 5 });
  await studio.call('refine.discard', {});
  await refused(studio, { code: 'worker-lost', message: 'The refinement stopped unexpectedly.' }, deadly);
  expect((await studio.call('refine.start', { iterations: 5 })).stopped).toBe(false);
});

test('of two at once the second is refused; a cancelled one keeps its best, and the car is as it was', async () => {
  const studio = await openWith();
  const before = await shown(studio);
  const controller = new AbortController();
  const running = studio.call(
    'refine.start',
    { iterations: 2000 },
    { signal: controller.signal, onProgress: () => controller.abort() },
  );
  await expect(studio.call('refine.start', { iterations: 5 })).rejects.toMatchObject({
    code: 'busy',
    message: 'A refinement is running already.',
  });
  const { stopped, maskIoUAfter, maskIoUBefore } = await running;
  expect(stopped).toBe(true);
  expect(maskIoUAfter).toBeGreaterThan(maskIoUBefore - 0.05);
  expect(await shown(studio)).toEqual(before);
});
