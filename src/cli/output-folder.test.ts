import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { checkReplaceable, prepareFolder, writeFolder } from './output-folder.ts';
import type { Report } from './report.ts';

/** What the next renames do: true fails one. */
const failRenames: boolean[] = vi.hoisted(() => []);
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof import('node:fs/promises')>();
  const rename: typeof real.rename = async (from, to) => {
    if (failRenames.shift()) throw Object.assign(new Error('not now'), { code: 'EACCES' });
    await real.rename(from, to);
  };
  return { ...real, rename };
});

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'turnaround-out-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const bytes = new Uint8Array([1]);

const report: Report = {
  version: '0.1.0',
  photo: { width: 320, height: 200 },
  viewpoint: {
    ...{ azimuthDeg: 40, elevationDeg: 10, rollDeg: 0, distance: 9, fovDeg: 30 },
    ...{ target: [0, 0.7, 0], offset: [0, 0] },
  },
  crop: { x: 0, y: 0, size: 200 },
  maskIoU: { encoder: 0.8, refined: null },
  timingsMs: { decode: 1, segment: 1, encode: 1, refine: 1, texture: 1, export: 1, neural: 1, total: 7 },
  peakRssMb: 100,
  device: { provider: 'cpu' },
  models: [],
};

/** A folder of results of an earlier run. */
function earlierResults(): string {
  const folder = join(root, 'car');
  mkdirSync(folder);
  writeFileSync(join(folder, 'report.json'), JSON.stringify(report));
  writeFileSync(join(folder, 'neural-90.png'), 'old');
  return folder;
}

test('replaces the results of an earlier run as a whole, and an empty folder', async () => {
  const folder = earlierResults();
  mkdirSync(join(root, 'empty'));
  await writeFolder(join(root, 'empty'), (write) => write('car.glb', bytes));
  expect(readdirSync(join(root, 'empty'))).toEqual(['car.glb']);
  rmSync(join(root, 'empty'), { recursive: true });
  await writeFolder(folder, (write) => write('car.glb', bytes));
  expect(readdirSync(root)).toEqual(['car']);
  expect(readdirSync(folder)).toEqual(['car.glb']);
});

test('replaces a folder that is named by a dot', async () => {
  const folder = earlierResults();
  await writeFolder(`${folder}/.`, (write) => write('car.glb', bytes));
  expect([readdirSync(root), readdirSync(folder)]).toEqual([['car'], ['car.glb']]);
});

test('the folder is as open to others as any new one', async () => {
  mkdirSync(join(root, 'plain'));
  await writeFolder(join(root, 'car'), (write) => write('car.glb', bytes));
  expect(statSync(join(root, 'car')).mode).toBe(statSync(join(root, 'plain')).mode);
});

test('a failure leaves the older folder and nothing else', async () => {
  const folder = earlierResults();
  const failing = writeFolder(folder, async (write) => {
    await write('other.glb', bytes);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(readdirSync(root)).toEqual(['car']);
  expect(readdirSync(folder)).toEqual(['neural-90.png', 'report.json']);
});

test.each(['notes.txt', 'report.json'])(
  "a folder with someone's %s is refused and left alone",
  async (name) => {
    const folder = join(root, 'car');
    mkdirSync(folder);
    writeFileSync(join(folder, name), '{"mine":1}');
    const writing = writeFolder(folder, (write) => write('car.glb', bytes));
    await expect(writing).rejects.toMatchObject({
      code: 'file-not-writable',
      message: expect.stringContaining('holds other files'),
      remedy: expect.stringContaining('--out'),
    });
    expect(readdirSync(root)).toEqual(['car']);
    expect(readFileSync(join(folder, name), 'utf8')).toBe('{"mine":1}');
  },
);

test('results with a file of someone else beside them are refused and left alone; what file managers leave is not', async () => {
  const folder = earlierResults();
  writeFileSync(join(folder, '.DS_Store'), '');
  await checkReplaceable(folder);
  writeFileSync(join(folder, 'side.png'), 'mine');
  const writing = writeFolder(folder, (write) => write('car.glb', bytes));
  await expect(writing).rejects.toMatchObject({
    code: 'file-not-writable',
    message: expect.stringContaining('holds other files (side.png)'),
  });
  expect(readFileSync(join(folder, 'side.png'), 'utf8')).toBe('mine');
});

test("a file in the folder's place is refused and left alone", async () => {
  writeFileSync(join(root, 'car'), 'mine');
  const writing = writeFolder(join(root, 'car'), (write) => write('car.glb', bytes));
  await expect(writing).rejects.toMatchObject({ code: 'file-not-writable' });
  expect(readFileSync(join(root, 'car'), 'utf8')).toBe('mine');
});

test('what was there is put back when the new folder can not be; else it is kept and named', async () => {
  const folder = earlierResults();
  failRenames.push(false, true);
  const first = writeFolder(folder, (write) => write('car.glb', bytes));
  await expect(first).rejects.toMatchObject({ code: 'file-not-writable' });
  expect(readdirSync(root)).toEqual(['car']);

  failRenames.push(false, true, true);
  const second = writeFolder(folder, (write) => write('car.glb', bytes));
  await expect(second).rejects.toMatchObject({
    code: 'file-not-writable',
    message: expect.stringMatching(/-old/),
  });
  const [kept, ...others] = readdirSync(root);
  expect(others).toEqual([]);
  expect(readFileSync(join(root, kept, 'neural-90.png'), 'utf8')).toBe('old');
  await expect(second).rejects.toMatchObject({ message: expect.stringContaining(kept) });
});

test('makes missing folders, and says so when something stands in the way', async () => {
  await prepareFolder(join(root, 'a', 'b'));
  expect(readdirSync(join(root, 'a', 'b'))).toEqual([]);
  writeFileSync(join(root, 'file'), '');
  await expect(prepareFolder(join(root, 'file'))).rejects.toMatchObject({ code: 'file-not-writable' });
  await expect(prepareFolder(join(root, 'file', 'x'))).rejects.toMatchObject({ code: 'file-not-writable' });
});
