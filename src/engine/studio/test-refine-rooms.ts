import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll } from 'vitest';
import { canonicalViewpoint } from '../../shared/viewpoint.ts';
import { RefineThreads } from '../refine/threads.ts';
import { boxCentre } from '../render/camera.ts';
import { carLikeTemplate } from '../render/test-car.ts';
import { encodeGrey } from './pixels.ts';
import { refineInThreads } from './refine-in-threads.ts';
import type { Rooms } from './rooms.ts';
import { testRooms } from './test-rooms.ts';

/** So many iterations kill the refinement's thread in the middle. */
export const deadly = 13;

const worker = new URL('../refine/refine-worker.ts', import.meta.url);
const entrySource = `import { parentPort } from 'node:worker_threads';
await import(${JSON.stringify(worker.href)});
parentPort?.on('message', ({ kind, iterations }: { kind: string; iterations?: number }) => {
  if (kind === 'refine' && iterations === ${deadly}) setTimeout(() => process.exit(1), 20);
});`;

/** Overrides of testRooms that refine for real, in threads, a car that is the mean of carLikeTemplate; for one test file. */
export function refineRooms(): Partial<Rooms> {
  const folder = mkdtempSync(join(tmpdir(), 'turnaround-refine-rooms-'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  const entry = join(folder, 'entry.ts');
  writeFileSync(entry, entrySource);
  const template = carLikeTemplate();
  const threads = new RefineThreads(pathToFileURL(entry));
  afterAll(async () => {
    await threads.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const { reconstruct } = testRooms();
  return {
    template,
    reconstruct: async (...asked) => ({
      ...(await reconstruct(...asked)),
      offsets: new Float32Array(template.vertices.length),
      viewpoint: canonicalViewpoint(90, 10, 4.5, boxCentre(template.vertices.map((x) => 4.5 * x))),
    }),
    refine: refineInThreads(threads, template),
  };
}

/** A mask of a photo as PNG: white where the car is. */
export function testMask(
  width: number,
  height: number,
  car: (x: number, y: number) => boolean,
): Promise<Uint8Array> {
  const grey = Uint8Array.from({ length: width * height }, (_, p) =>
    car(p % width, Math.floor(p / width)) ? 255 : 0,
  );
  return encodeGrey(grey, width, height);
}

/** The car of testPhoto cut to pieces of four pixels. */
export const inPieces = (x: number, y: number): boolean =>
  x >= 80 && x < 240 && y >= 60 && y < 140 && (x + y) % 7 < 4;
