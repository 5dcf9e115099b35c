import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { maskOverlap } from './mask-overlap.ts';

it('compares a picture over transparency with a mask file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'turnaround-overlap-'));
  const [render, mask] = [join(folder, 'render.png'), join(folder, 'mask.png')];
  const pixels = Buffer.from([9, 9, 9, 255, 9, 9, 9, 200, 9, 9, 9, 0, 9, 9, 9, 100]);
  await sharp(pixels, { raw: { width: 4, height: 1, channels: 4 } })
    .png()
    .toFile(render);
  await sharp(Buffer.from([255, 0, 0, 0]), { raw: { width: 4, height: 1, channels: 1 } })
    .png()
    .toFile(mask);
  expect(await maskOverlap(render, mask)).toBe(0.5);
  await rm(folder, { recursive: true });
});
