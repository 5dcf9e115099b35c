import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeDurably } from './atomic-write.ts';
import { current, edit, newHistory } from './history.ts';
import { Library } from './library.ts';
import { testDocument } from './test-document.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turnaround-library-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const document = (id: string, offsets = 'a') => {
  const hash = 'b'.repeat(64);
  return testDocument({ offsets: offsets.repeat(64), texture: hash, observed: hash, background: hash }, id);
};
const history = (id: string) => newHistory(document(id), 'Import', 0);

test('lists the newest first, with thumbnails, and notes the open car', async () => {
  const library = new Library(folder);
  await library.save(history('old'), 1);
  await library.save(history('new'), 2);
  await library.saveThumbnail('new', new Uint8Array([1, 2]));
  await library.noteOpenCar('old');
  const again = new Library(folder);
  expect((await again.list()).map(({ id, thumbnail }) => [id, thumbnail])).toEqual([
    ['new', new Uint8Array([1, 2])],
    ['old', null],
  ]);
  expect(await again.openCar()).toBe('old');
  await again.remove('new');
  expect((await again.list()).map((car) => car.id)).toEqual(['old']);
});

test('lists what was written since, and reads nothing else again', async () => {
  const library = new Library(folder);
  await library.save(history('one'), 1);
  await library.save(history('two'), 2);
  await library.saveThumbnail('one', new Uint8Array([1]));
  const [two, one] = await library.list();
  await library.save(edit(history('two'), { ...document('two'), name: 'Renamed' }, 'Rename', 9), 3);
  const [renamed, same] = await library.list();
  expect([two.name, renamed.name]).toEqual(['Test car', 'Renamed']);
  expect(same).toBe(one);
  await library.saveThumbnail('one', new Uint8Array([2]));
  expect((await library.list())[1].thumbnail).toEqual(new Uint8Array([2]));
  truncateSync(join(folder, 'cars', 'two', 'car.json'), 40);
  expect((await library.list())[0].name).toBe('Test car');
});

test('keeps the undo stack over a restart', async () => {
  const edited = edit(history('car'), { ...document('car'), name: 'Renamed' }, 'Rename', 9);
  await new Library(folder).save(edited, 1);
  expect(await new Library(folder).load('car')).toEqual(edited);
});

test('a truncated record falls back to the state before', async () => {
  const library = new Library(folder);
  await library.save(history('car'), 1);
  await library.save(edit(history('car'), { ...document('car'), name: 'Second' }, 'Rename', 9), 2);
  const path = join(folder, 'cars', 'car', 'car.json');
  truncateSync(path, 40);
  expect(current(await library.load('car')).name).toBe('Test car');
  await library.save(edit(history('car'), { ...document('car'), name: 'Third' }, 'Rename', 9), 3);
  truncateSync(path, 40);
  expect(current(await library.load('car')).name).toBe('Test car');
  truncateSync(join(folder, 'cars', 'car', 'car.previous.json'), 40);
  await expect(library.load('car')).rejects.toMatchObject({ code: 'project-corrupt' });
});

test("a newer Turnaround's car is told as such, and neither its older state nor its assets are touched", async () => {
  const library = new Library(folder);
  await library.save(history('car'), 1);
  await library.save(edit(history('car'), { ...document('car'), name: 'Second' }, 'Rename', 9), 2);
  await library.save(history('other'), 1);
  writeFileSync(join(folder, 'cars', 'car', 'car.json'), JSON.stringify({ version: 2, history: 'new' }));
  await expect(library.load('car')).rejects.toMatchObject({
    code: 'project-too-new',
    remedy: expect.stringContaining('Update'),
  });
  expect(await library.liveAssets()).toBeNull();
});

test('cars that can not be read are listed as such beside the others, until their records are back', async () => {
  const library = new Library(folder);
  for (const id of ['whole', 'broken', 'newer']) await library.save(history(id), 1);
  await library.saveThumbnail('broken', new Uint8Array([1]));
  const record = (id: string) => join(folder, 'cars', id, 'car.json');
  const backup = readFileSync(record('broken'));
  writeFileSync(record('broken'), backup.subarray(0, 40));
  writeFileSync(record('newer'), JSON.stringify({ version: 2 }));
  mkdirSync(join(folder, 'cars', 'empty'));
  utimesSync(join(folder, 'cars', 'broken'), 8, 8);
  utimesSync(join(folder, 'cars', 'newer'), 9, 9);
  expect(await library.list()).toEqual([
    { id: 'newer', name: 'Unreadable car', modified: 9000, readable: false, thumbnail: null },
    { id: 'broken', name: 'Unreadable car', modified: 8000, readable: false, thumbnail: new Uint8Array([1]) },
    { id: 'whole', name: 'Test car', modified: 1, readable: true, thumbnail: null },
  ]);
  await expect(library.load('broken')).rejects.toMatchObject({
    message: expect.stringContaining(join(folder, 'cars', 'broken')),
    remedy: expect.stringContaining('kept as it is'),
  });
  writeFileSync(record('broken'), backup);
  expect((await library.list()).find(({ id }) => id === 'broken')).toMatchObject({ readable: true });
});

test('a failing disk leaves the car as it was', async () => {
  await new Library(folder).save(history('car'), 1);
  const full = new Library(folder, async (path, bytes) => {
    await writeDurably(path, bytes.subarray(0, 9));
    throw Object.assign(new Error('full'), { code: 'ENOSPC' });
  });
  const next = edit(history('car'), { ...document('car'), name: 'Second' }, 'Rename', 9);
  await expect(full.save(next, 2)).rejects.toMatchObject({ code: 'disk-full' });
  expect(current(await new Library(folder).load('car')).name).toBe('Test car');
});

test('live assets are those of every step and of the state before; none are told when a car is unreadable', async () => {
  const library = new Library(folder);
  await library.save(newHistory(document('car', 'c'), 'Import', 0), 1);
  await library.save(edit(history('car'), document('car', 'd'), 'Refine', 1), 2);
  const live = await library.liveAssets();
  expect([...(live ?? [])].map((hash) => hash[0]).sort()).toEqual(['a', 'b', 'c', 'd']);
  mkdirSync(join(folder, 'cars', 'broken'));
  writeFileSync(join(folder, 'cars', 'broken', 'car.json'), '{');
  expect(await library.liveAssets()).toBeNull();
});

test('a folder without any record is no car: it hides no live assets, and is removed unless it is young', async () => {
  const library = new Library(folder);
  await library.save(history('car'), 1);
  for (const name of ['old', 'young', 'broken']) mkdirSync(join(folder, 'cars', name));
  writeFileSync(join(folder, 'cars', 'old', 'thumbnail.png'), 'x');
  expect(await library.liveAssets()).toEqual(new Set(['a'.repeat(64), 'b'.repeat(64)]));
  writeFileSync(join(folder, 'cars', 'broken', 'car.json'), '{');
  for (const name of ['car', 'old', 'broken']) utimesSync(join(folder, 'cars', name), 1, 1);
  await library.removeAbandoned(Date.now() - 60_000);
  expect(readdirSync(join(folder, 'cars')).sort()).toEqual(['broken', 'car', 'young']);
});

test('a thumbnail that comes after its car was removed does not bring the folder back', async () => {
  const library = new Library(folder);
  await library.save(history('car'), 1);
  await library.remove('car');
  await expect(library.saveThumbnail('car', new Uint8Array([1]))).rejects.toMatchObject({
    code: 'file-not-writable',
  });
  expect(existsSync(join(folder, 'cars', 'car'))).toBe(false);
});

test('an id that is no folder name reaches nothing', async () => {
  const library = new Library(folder);
  for (const id of ['..', '../cars/car', '', 'a/b']) {
    await expect(library.load(id)).rejects.toMatchObject({ code: 'file-not-found' });
    await expect(library.remove(id)).rejects.toMatchObject({ code: 'file-not-found' });
  }
});
