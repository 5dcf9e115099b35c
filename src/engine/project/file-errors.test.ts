import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeDurably, writeInFolder } from './atomic-write.ts';
import { readFailure, writeFailure } from './file-errors.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turnaround-files-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = new Uint8Array([1, 2, 3]);
const write = (path: string) => writeInFolder(path, bytes, writeDurably);
const read = (path: string) =>
  readFile(path).catch((error: unknown) => {
    throw readFailure(path, error);
  });

test('what can not be read is told with its reason', async () => {
  await expect(read(join(folder, 'none.jpg'))).rejects.toMatchObject({
    code: 'file-not-found',
    message: `${join(folder, 'none.jpg')} can't be read: there is no such file.`,
  });
  await expect(read(folder)).rejects.toMatchObject({
    code: 'file-not-readable',
    message: expect.stringContaining('it is a folder'),
  });
});

test('what can not be written is told with its reason, and what stood there stays', async () => {
  await expect(write(join(folder, 'gone', 'car.glb'))).rejects.toMatchObject({
    code: 'file-not-writable',
    message: expect.stringContaining('its folder is not there'),
  });
  mkdirSync(join(folder, 'car.glb'));
  await expect(write(join(folder, 'car.glb'))).rejects.toMatchObject({
    message: expect.stringContaining('a folder has this name'),
    remedy: 'Choose another name.',
  });
  await expect(write(join(folder, `${'n'.repeat(240)}.turnaround`))).resolves.toBeUndefined();
  await expect(write(join(folder, `${'n'.repeat(300)}.glb`))).rejects.toMatchObject({
    message: expect.stringContaining('name is too long'),
  });
  expect(readdirSync(folder).filter((name) => name.includes('.tmp'))).toEqual([]);
});

test.skipIf(process.platform === 'win32' || process.getuid?.() === 0)(
  'a folder without permission',
  async () => {
    chmodSync(folder, 0o500);
    await expect(write(join(folder, 'car.glb'))).rejects.toMatchObject({
      message: expect.stringContaining('you may not write there'),
    });
    chmodSync(folder, 0o700);
  },
);

test.skipIf(process.platform !== 'linux')("a full disk, as the system's own /dev/full tells it", async () => {
  writeFileSync(join(folder, 'car.glb'), 'old');
  const onFullDisk = async () => writeFileSync('/dev/full', bytes);
  await expect(writeInFolder(join(folder, 'car.glb'), bytes, onFullDisk)).rejects.toMatchObject({
    code: 'disk-full',
    remedy: expect.stringContaining('Free some space'),
  });
  expect(readFileSync(join(folder, 'car.glb'), 'utf8')).toBe('old');
});

test.each([
  ['EACCES', 'you may not write there'],
  ['EPERM', 'you may not write there'],
  ['EROFS', 'read-only'],
  ['EBUSY', 'another program has it open'],
  ['EDQUOT', 'The disk is full'],
  ['EWEIRD', 'odd failure'],
])('%s is told as: %s', (code, words) => {
  const told = writeFailure('/some/car.glb', Object.assign(new Error('odd failure'), { code }));
  expect(told.message).toContain(words);
  expect(told.message).toContain('/some/car.glb');
  expect(told.message).not.toContain(code);
  expect(told.remedy).not.toBe('');
});
