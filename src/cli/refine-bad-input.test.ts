import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { deadly, inPieces, refineRooms, testMask } from '../engine/studio/test-refine-rooms.ts';
import { testPhoto } from '../engine/studio/test-rooms.ts';
import { testCli } from './test-cli.ts';

const cli = testCli();
const rooms = refineRooms();

/** The folder of a car that was reconstructed from the photo of testRooms, or from `photo`, with a mask. */
async function carFrom(mask?: Promise<Uint8Array>, photo = testPhoto()): Promise<string> {
  const path = await cli.save('red.png', photo);
  const given = mask ? ['--mask', await cli.save('mask.png', mask)] : [];
  expect(await cli.reconstruct([path], ['--refine', 'off', ...given], rooms)).toMatchObject({ code: 0 });
  return join(cli.results(), 'red');
}

async function refused(folder: string, iterations: number, told: RegExp): Promise<void> {
  const before = cli.read('red', 'car.turnaround');
  const ran = await cli.run(['refine', folder, '--iterations', String(iterations)], rooms);
  expect(ran).toMatchObject({ code: 1, out: [], err: [expect.stringMatching(told)] });
  expect(cli.read('red', 'car.turnaround').equals(before)).toBe(true);
}

test('a full mask is refused with its remedy, and the car stays as it is', async () => {
  const folder = await carFrom(testMask(320, 200, () => true));
  await refused(folder, 5, /red: The mask covers the whole photo.*another mask/);
});

test('a killed thread is told, the car stays as it is, and the next run goes through', async () => {
  const folder = await carFrom();
  await refused(folder, deadly, /red: The refinement stopped unexpectedly.*as it was.*again/);
  expect(await cli.run(['refine', folder, '--iterations', '5'], rooms)).toMatchObject({ code: 0, err: [] });
});

test('a mask of many pieces and a photo of 16 x 16 pixels are fitted', async () => {
  const pieces = await carFrom(testMask(320, 200, inPieces));
  expect(await cli.run(['refine', pieces, '--iterations', '5'], rooms)).toMatchObject({ code: 0, err: [] });
  const small = sharp(await testPhoto())
    .resize(16, 16, { fit: 'fill' })
    .png()
    .toBuffer();
  const box = (x: number, y: number) => x >= 3 && x < 13 && y >= 5 && y < 11;
  const tiny = await carFrom(testMask(16, 16, box), small);
  expect(await cli.run(['refine', tiny, '--iterations', '5'], rooms)).toMatchObject({ code: 0, err: [] });
  expect(cli.report('red').maskIoU.refined).toBeGreaterThan(0.5);
});
