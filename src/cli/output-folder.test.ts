import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { prepareFolder, writeFolder } from './output-folder.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'turnaround-out-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const bytes = new Uint8Array([1]);

test('replaces an older folder as a whole', async () => {
  const folder = join(root, 'car');
  mkdirSync(folder);
  writeFileSync(join(folder, 'neural-90.png'), 'old');
  await writeFolder(folder, (write) => write('car.glb', bytes));
  expect(readdirSync(root)).toEqual(['car']);
  expect(readdirSync(folder)).toEqual(['car.glb']);
});

test('the folder is as open to others as any new one', async () => {
  mkdirSync(join(root, 'plain'));
  await writeFolder(join(root, 'car'), (write) => write('car.glb', bytes));
  expect(statSync(join(root, 'car')).mode).toBe(statSync(join(root, 'plain')).mode);
});

test('a failure leaves the older folder and nothing else', async () => {
  const folder = join(root, 'car');
  await writeFolder(folder, (write) => write('car.glb', bytes));
  const failing = writeFolder(folder, async (write) => {
    await write('other.glb', bytes);
    throw new Error('no');
  });
  await expect(failing).rejects.toThrow('no');
  expect(readdirSync(root)).toEqual(['car']);
  expect(new Uint8Array(readFileSync(join(folder, 'car.glb')))).toEqual(bytes);
});

test('makes missing folders, and says so when something stands in the way', async () => {
  await prepareFolder(join(root, 'a', 'b'));
  expect(readdirSync(join(root, 'a', 'b'))).toEqual([]);
  writeFileSync(join(root, 'file'), '');
  await expect(prepareFolder(join(root, 'file'))).rejects.toMatchObject({ code: 'file-not-writable' });
  await expect(prepareFolder(join(root, 'file', 'x'))).rejects.toMatchObject({ code: 'file-not-writable' });
});
