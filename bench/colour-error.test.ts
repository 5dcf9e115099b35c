import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { colourPsnr } from './colour-error.ts';
import { readCompared } from './compared-pictures.ts';

it('measures colours where both the mask and the car are', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'turnaround-colour-'));
  const write = async (name: string, channels: 1 | 3 | 4, values: number[]) => {
    const file = join(folder, name);
    await sharp(Buffer.from(values), { raw: { width: values.length / channels, height: 1, channels } })
      .png()
      .toFile(file);
    return file;
  };
  const photo = await write('photo.png', 3, [100, 100, 100, 0, 0, 0, 0, 0, 0]);
  const mask = await write('mask.png', 1, [255, 255, 0]);
  const render = await write('render.png', 4, [151, 100, 100, 255, 9, 9, 9, 0, 255, 255, 255, 255]);
  // one channel of three is off by a fifth
  expect(colourPsnr(await readCompared(render, photo, mask))).toBeCloseTo(-10 * Math.log10(0.04 / 3), 6);
  const empty = await write('empty.png', 1, [0, 0, 0]);
  expect(colourPsnr(await readCompared(render, photo, empty))).toBeNull();
  await expect(readCompared(await write('small.png', 4, [1, 1, 1, 255]), photo, mask)).rejects.toThrow(
    'one size',
  );
  await rm(folder, { recursive: true });
});
