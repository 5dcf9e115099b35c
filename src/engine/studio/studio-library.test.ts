import {
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
import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { LibraryEntry } from '../../shared/studio-api.ts';
import { type WriteBytes, writeDurably } from '../project/atomic-write.ts';
import { StudioBench, shown } from './test-bench.ts';
import { testPhoto } from './test-rooms.ts';

const bench = new StudioBench();

test('a project file holds the car; opening it elsewhere brings it back, and changes are noticed', async () => {
  const [studio, { document }] = await bench.openWithCar();
  const { name, bytes, ...saved } = await studio.call('project.save', {});
  expect(name).toBe('red.turnaround');
  expect((await studio.call('project.noteSaved', saved)).unsaved).toBe(false);
  expect((await studio.call('document.rename', { name: 'Other' })).unsaved).toBe(true);
  const back = await studio.call('project.open', { name, bytes });
  expect(back).toMatchObject({ undoLabel: 'Open project', unsaved: false, document });
  expect(await studio.call('library.list', {})).toHaveLength(1);
  await studio.close();

  rmSync(bench.folder, { recursive: true });
  const elsewhere = await bench.open();
  expect((await elsewhere.call('project.open', { name, bytes })).document).toEqual(document);
  expect((await elsewhere.call('refine.start', { iterations: 1 })).proposal.id).toBe(document?.id);
});

test('a car counts as saved once its file is in place, in the state that the file holds', async () => {
  const [studio] = await bench.openWithCar();
  const { id, hash } = await studio.call('project.save', {});
  await studio.call('project.noteSaved', { id, hash });
  expect((await studio.call('document.rename', { name: 'Mine' })).unsaved).toBe(true);
  const renamed = await studio.call('project.save', {});
  const second = { id, hash: renamed.hash };
  expect((await studio.call('document.get', {})).unsaved).toBe(true);
  await studio.call('document.rename', { name: 'changed while the dialog was open' });
  expect((await studio.call('project.noteSaved', second)).unsaved).toBe(true);
  expect((await studio.call('document.undo', {})).unsaved).toBe(false);

  const next = await studio.call('photo.import', { name: 'next.png', bytes: await testPhoto() });
  expect(await studio.call('project.noteSaved', second)).toEqual(next);
});

test('the library lists cars with pictures, opens and removes them', async () => {
  const [studio, { document }] = await bench.openWithCar();
  const lists: LibraryEntry[][] = [];
  studio.on('library.changed', (cars) => lists.push(cars));
  const second = await studio.call('photo.import', { name: 'second.png', bytes: await testPhoto() });
  await expect.poll(() => lists.at(-1)?.filter((car) => car.thumbnail).length).toBe(2);
  expect(lists.at(-1)?.map((car) => car.name)).toEqual(['second', 'red']);
  const size = await sharp(lists.at(-1)?.[0].thumbnail ?? new Uint8Array()).metadata();
  expect(size.width).toBeLessThanOrEqual(256);

  expect((await studio.call('library.open', { id: document?.id ?? '' })).document).toEqual(document);
  const left = await studio.call('library.remove', { id: document?.id ?? '' });
  expect(left.map((car) => car.name)).toEqual(['second']);
  expect(await shown(studio)).toEqual(second.document);
  await studio.call('library.remove', { id: second.document?.id ?? '' });
  expect((await studio.call('document.get', {})).document).toBeNull();
  await expect(studio.call('library.open', { id: 'gone' })).rejects.toMatchObject({ code: 'file-not-found' });
});

test('of two cars that are opened at once the one asked for last stays', async () => {
  const [studio, { document }] = await bench.openWithCar();
  const second = await studio.call('photo.import', { name: 'second.png', bytes: await testPhoto() });
  const away = studio.call('library.open', { id: document?.id ?? '' });
  const back = studio.call('library.open', { id: second.document?.id ?? '' });
  await expect(away).rejects.toMatchObject({ code: 'cancelled' });
  expect(await back).toEqual(second);
  expect(await shown(studio)).toEqual(second.document);
});

test('assets that no car needs are removed at the next start, those of removed cars too', async () => {
  const [studio, { document }] = await bench.openWithCar();
  await studio.call('photo.import', {
    name: 'blue.png',
    bytes: await testPhoto([{ left: 9, top: 9, width: 90, height: 60 }]),
  });
  await studio.call('library.remove', { id: document?.id ?? '' });
  await studio.close();
  const root = join(bench.folder, 'assets');
  const files = () => readdirSync(root, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  const before = files();
  const yesterday = new Date(Date.now() - 86_400_000);
  for (const file of before) utimesSync(join(file.parentPath, file.name), yesterday, yesterday);
  const again = await bench.open();
  expect(files().length).toBeLessThan(before.length);
  expect(files().map((file) => file.name)).not.toContain(document?.photo?.mask);
  expect((await again.call('export.glb', { light: 'albedo' })).bytes.length).toBeGreaterThan(1000);
});

test('a proposal keeps its assets when the garbage is collected before it is accepted', async () => {
  const [studio, { document }] = await bench.openWithCar();
  await studio.call('photo.import', { name: 'second.png', bytes: await testPhoto() });
  const { proposal } = await studio.call('refine.start', { iterations: 1 });
  const file = join(bench.folder, 'assets', proposal.car.offsets.slice(0, 2), proposal.car.offsets);
  const yesterday = new Date(Date.now() - 86_400_000);
  utimesSync(file, yesterday, yesterday);
  await studio.call('library.remove', { id: document?.id ?? '' });
  await studio.call('refine.accept', {});
  expect((await studio.call('export.glb', { light: 'albedo' })).bytes.length).toBeGreaterThan(1000);
});

test('a truncated record of the open car brings back the state before; a lost asset another car', async () => {
  const [studio, { document }] = await bench.openWithCar();
  await studio.call('document.rename', { name: 'Renamed' });
  await studio.close();
  const record = join(bench.folder, 'cars', document?.id ?? '', 'car.json');
  truncateSync(record, readFileSync(record).length - 7);
  const again = await bench.open();
  expect((await shown(again)).name).toBe('red');
  await again.call('photo.import', {
    name: 'next.png',
    bytes: await testPhoto([{ left: 9, top: 9, width: 90, height: 60 }]),
  });
  const { photo } = await shown(again);
  await again.close();
  writeFileSync(join(bench.folder, 'assets', photo?.mask.slice(0, 2) ?? '', photo?.mask ?? ''), 'x');
  expect((await shown(await bench.open())).name).toBe('red');
});

test('a full disk is told, nothing changes, and works again when there is space', async () => {
  let full = false;
  const write: WriteBytes = async (path, bytes) => {
    await writeDurably(path, full ? bytes.subarray(0, 1) : bytes);
    if (full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  };
  const [studio, { document }] = await bench.openWithCar({ write });
  full = true;
  const next = { name: 'next.png', bytes: await testPhoto([{ left: 9, top: 9, width: 90, height: 60 }]) };
  await expect(studio.call('photo.import', next)).rejects.toMatchObject({ code: 'disk-full' });
  await expect(studio.call('document.rename', { name: 'x' })).rejects.toMatchObject({ code: 'disk-full' });
  expect(await shown(studio)).toEqual(document);
  full = false;
  expect((await studio.call('photo.import', next)).document?.name).toBe('next');
  await studio.close();
  full = true;
  expect((await shown(await bench.open({ write }))).name).toBe('next');
});

test('a second studio on the same library is refused and changes nothing; later it finds everything', async () => {
  const [studio] = await bench.openWithCar();
  await expect(bench.open()).rejects.toMatchObject({
    code: 'library-in-use',
    message: expect.stringContaining(bench.folder),
    remedy: expect.stringContaining('TURNAROUND_DATA'),
  });
  const state = await studio.call('document.rename', { name: 'Mine' });
  await studio.close();
  expect(await (await bench.open()).call('document.get', {})).toEqual(state);
});

test('the first start opens the sample, later ones do not', async () => {
  const [studio] = await bench.openWithCar();
  const { bytes } = await studio.call('project.save', {});
  await studio.close();
  rmSync(bench.folder, { recursive: true });
  const samples = mkdtempSync(join(tmpdir(), 'turnaround-sample-'));
  const sampleProject = join(samples, 'sample.turnaround');
  try {
    writeFileSync(sampleProject, bytes);
    const first = await bench.open({ sampleProject });
    expect((await shown(first)).name).toBe('red');
    await first.call('photo.import', { name: 'own.png', bytes: await testPhoto() });
    await first.close();
    const later = await bench.open({ sampleProject });
    expect((await shown(later)).name).toBe('own');
    expect(await later.call('library.list', {})).toHaveLength(2);
  } finally {
    rmSync(samples, { recursive: true });
  }
});
