import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { carVertices } from '../src/engine/render/car.ts';
import { carLikeTemplate } from '../src/engine/render/test-car.ts';
import { floatBytes } from '../src/engine/studio/car-assets.ts';
import { heldOutNames, readTruth } from './held-out-truth.ts';

const template = carLikeTemplate(2);
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'turnaround-truth-'));
  await mkdir(join(folder, 'one'));
});
afterEach(() => rm(folder, { recursive: true }));

const png = (side: number, channels: 1 | 3, value: number) =>
  sharp({ create: { width: side, height: side, channels: 3, background: { r: value, g: value, b: value } } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toBuffer();

async function writeOne(vertices: Float32Array): Promise<void> {
  const truth = {
    ...{ car: 'box', scene: 3, azimuth_deg: 40, straight_azimuth_deg: 41, elevation_deg: 10, roll_deg: 0 },
    ...{
      distance: 2.4,
      fov_deg: 30,
      target: [0, 0.15, 0],
      light: Array.from({ length: 9 }, () => [1, 2, 3]),
    },
  };
  const files = {
    'truth.json': JSON.stringify(truth),
    'photo.png': await png(32, 3, 90),
    'mask.png': await png(32, 1, 255),
    'albedo.png': await png(16, 3, 200),
    'known.png': await png(16, 1, 255),
    'vertices.f32': floatBytes(vertices),
    'solid.bits': new Uint8Array(64 ** 3 / 8).fill(1),
  };
  for (const [name, data] of Object.entries(files)) await writeFile(join(folder, 'one', name), data);
  await writeFile(join(folder, 'index.json'), JSON.stringify(['one']));
}

it('reads what the training stage wrote', async () => {
  const vertices = template.vertices.map((value) => 1.1 * value);
  await writeOne(vertices);
  expect(await heldOutNames(folder)).toEqual(['one']);
  const truth = await readTruth(folder, 'one', template);
  expect(truth.azimuthDeg).toBe(41);
  expect(truth.posed.viewpoint).toMatchObject({ azimuthDeg: 40, distance: 2.4, target: [0, 0.15, 0] });
  expect(truth.posed.crop).toEqual({ x: 0, y: 0, size: 32 });
  expect([...Array.from(truth.posed.light).slice(0, 4)]).toEqual([1, 2, 3, 1]);
  carVertices(template, truth.posed.offsets).forEach((value, i) => {
    expect(value).toBeCloseTo(vertices[i], 5);
  });
  expect([truth.albedo.size, truth.albedo.rgb.length, truth.albedo.rgb[0]]).toEqual([16, 768, 200]);
  expect(truth.known).toEqual(new Uint8Array(256).fill(1));
  expect([...truth.solid.slice(0, 9)]).toEqual([1, 0, 0, 0, 0, 0, 0, 0, 1]);
});

it('refuses another template and a folder without an index', async () => {
  await writeOne(template.vertices.slice(3));
  await expect(readTruth(folder, 'one', template)).rejects.toThrow('the template has');
  await expect(heldOutNames(join(folder, 'one'))).rejects.toThrow('held-out-truth');
});
