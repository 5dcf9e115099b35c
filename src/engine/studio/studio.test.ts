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
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { DocumentState, LibraryEntry } from '../../shared/studio-api.ts';
import { validateGlb } from '../export/validate-glb.ts';
import { localStudio, type OpenStudio } from '../host/open-studio.ts';
import { type WriteBytes, writeDurably } from '../project/atomic-write.ts';
import { createStudioOn } from './create.ts';
import type { Rooms } from './rooms.ts';
import { testPhoto, testRooms } from './test-rooms.ts';

let folder: string;
const opened: OpenStudio[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turnaround-studio-'));
});
afterEach(async () => {
  for (const studio of opened.splice(0)) await studio.close();
  rmSync(folder, { recursive: true, force: true });
});

interface Start {
  rooms?: Partial<Rooms>;
  write?: WriteBytes;
  sampleProject?: string;
}

async function open({ rooms, write, sampleProject }: Start = {}): Promise<OpenStudio> {
  const options = sampleProject ? { dataDir: folder, sampleProject } : { dataDir: folder };
  const studio = localStudio(await createStudioOn(testRooms(rooms), options, write));
  opened.push(studio);
  return studio;
}

async function openWithCar(start: Start = {}): Promise<[OpenStudio, DocumentState]> {
  const studio = await open(start);
  return [studio, await studio.call('photo.import', { name: 'red.png', bytes: await testPhoto() })];
}

const shown = async (studio: OpenStudio) => {
  const { document } = await studio.call('document.get', {});
  if (!document) throw new Error('no car is open');
  return document;
};

test('an empty studio says that no car is open', async () => {
  const studio = await open();
  expect((await studio.call('document.get', {})).document).toBeNull();
  await expect(studio.call('export.glb', { light: 'albedo' })).rejects.toMatchObject({ code: 'no-document' });
  await expect(studio.call('document.undo', {})).rejects.toMatchObject({ code: 'no-document' });
});

test('a photo becomes a car, through all stages, and the page is told', async () => {
  const studio = await open();
  const told: (string | undefined)[] = [];
  studio.on('document.changed', (state) => told.push(state.document?.name));
  const stages: [string, number][] = [];
  const state = await studio.call(
    'photo.import',
    { name: 'my red.car.png', bytes: await testPhoto() },
    { onProgress: ({ stage, fraction }) => stages.push([stage, fraction]) },
  );
  expect(state).toMatchObject({ canUndo: false, unsaved: false, document: { name: 'my red.car' } });
  expect(told).toEqual(['my red.car']);
  expect([...new Set(stages.map(([stage]) => stage))]).toEqual([
    'decode',
    'segment',
    'encode',
    'texture',
    'neural',
  ]);
  expect(stages.map(([, fraction]) => fraction)).toEqual(
    stages.map(([, fraction]) => fraction).sort((a, b) => a - b),
  );
  const document = await shown(studio);
  expect(document.photo).toMatchObject({ width: 320, height: 200, maskSource: 'segmenter', selected: 0 });
  expect(document.crop).toEqual({ x: 64, y: 4, size: 192 });
  expect(document.maskIoU.encoder).toBeGreaterThan(0.3);
  const mask = await studio.call('asset.get', { hash: document.photo?.mask ?? '' });
  expect(mask.type).toBe('image/png');
  expect((await sharp(mask.bytes).stats()).channels[0].mean).toBeCloseTo((255 * 160 * 80) / (320 * 200), 0);
});

test('of several cars the largest is taken, and a click takes another as an undoable step', async () => {
  const studio = await open();
  const bytes = await testPhoto([
    { left: 10, top: 60, width: 100, height: 60 },
    { left: 160, top: 60, width: 140, height: 80 },
  ]);
  await studio.call('photo.import', { name: 'two.png', bytes });
  expect((await shown(studio)).photo?.cars).toHaveLength(2);
  expect((await shown(studio)).crop.x).toBeGreaterThan(130);
  const state = await studio.call('photo.selectCar', { x: 40, y: 90 });
  expect(state).toMatchObject({ undoLabel: 'Select another car', document: { photo: { selected: 1 } } });
  expect(state.document?.crop.x).toBeLessThan(20);
  await expect(studio.call('photo.selectCar', { x: 135, y: 10 })).rejects.toMatchObject({ code: 'no-car' });
  await studio.call('document.undo', {});
  expect((await shown(studio)).photo?.selected).toBe(0);
});

test('a given mask is taken as it is, and one of another size is refused', async () => {
  const studio = await open();
  const maskOf = (width: number) =>
    sharp({ create: { width, height: 200, channels: 3, background: '#000' } })
      .composite([
        { input: { create: { width: 100, height: 50, channels: 3, background: '#fff' } }, left: 20, top: 30 },
      ])
      .png()
      .toBuffer();
  const call = async (width: number) =>
    studio.call('photo.import', {
      name: 'red.png',
      bytes: await testPhoto(),
      mask: new Uint8Array(await maskOf(width)),
    });
  const { document } = await call(320);
  expect(document?.photo?.maskSource).toBe('given');
  expect(document?.crop.size).toBeCloseTo(120);
  await expect(call(321)).rejects.toMatchObject({ code: 'mask-size' });
});

test('whatever fails, the car that was open is still there', async () => {
  const [studio, { document }] = await openWithCar();
  const bad: [string, Uint8Array][] = [
    ['photo-empty', new Uint8Array()],
    ['photo-not-a-picture', new TextEncoder().encode('not a picture at all')],
    ['photo-truncated', (await testPhoto()).slice(0, 300)],
    ['no-car', await testPhoto([])],
  ];
  for (const [code, bytes] of bad) {
    await expect(studio.call('photo.import', { name: 'bad.png', bytes })).rejects.toMatchObject({ code });
  }
  for (const name of ['broken.turnaround']) {
    await expect(studio.call('project.open', { name, bytes: new Uint8Array(40) })).rejects.toMatchObject({
      code: 'project-corrupt',
    });
  }
  expect(await shown(studio)).toEqual(document);
});

test('a cancelled import leaves the old car', async () => {
  const [studio, { document }] = await openWithCar();
  const controller = new AbortController();
  const importing = studio.call(
    'photo.import',
    { name: 'next.png', bytes: await testPhoto() },
    { signal: controller.signal, onProgress: ({ stage }) => stage === 'encode' && controller.abort() },
  );
  await expect(importing).rejects.toMatchObject({ code: 'cancelled' });
  expect(await shown(studio)).toEqual(document);
});

test('a newer import ends the one before', async () => {
  const studio = await open();
  const bytes = await testPhoto();
  const first = studio.call('photo.import', { name: 'first.png', bytes });
  const second = studio.call('photo.import', { name: 'second.png', bytes });
  await expect(first).rejects.toMatchObject({ code: 'cancelled' });
  expect((await second).document?.name).toBe('second');
  expect((await shown(studio)).name).toBe('second');
});

test('edits are undone and redone, and a restart brings the car and its undo stack back', async () => {
  const [studio] = await openWithCar();
  const { viewpoint } = await shown(studio);
  await studio.call('viewpoint.set', { viewpoint: { ...viewpoint, azimuthDeg: 50 } });
  await studio.call('viewpoint.flip', {});
  expect((await shown(studio)).viewpoint.azimuthDeg).toBeCloseTo(230);
  await studio.call('document.rename', { name: 'Mine' });
  await studio.call('document.undo', {});
  const before = await studio.call('document.get', {});
  expect(before).toMatchObject({ undoLabel: 'Flip front and back', redoLabel: 'Rename' });
  await studio.close();
  const again = await open();
  expect(await again.call('document.get', {})).toEqual(before);
  expect((await again.call('document.redo', {})).document?.name).toBe('Mine');
});

test('a longer car is seen as before: distance and target grow with it', async () => {
  const [studio] = await openWithCar();
  const before = await shown(studio);
  const { document } = await studio.call('car.setLength', { lengthMetres: 9 });
  expect(document?.car.lengthMetres).toBe(9);
  expect(document?.viewpoint.distance).toBeCloseTo(2 * before.viewpoint.distance);
  expect(document?.viewpoint.target[1]).toBeCloseTo(2 * before.viewpoint.target[1]);
  await expect(studio.call('car.setLength', { lengthMetres: 100 })).rejects.toMatchObject({
    code: 'invalid-parameters',
  });
});

test('a refinement proposes beside the car; accepting is one undoable step', async () => {
  const [studio, { document }] = await openWithCar();
  const iterations: number[] = [];
  const result = await studio.call(
    'refine.start',
    { iterations: 3 },
    { onProgress: ({ iteration }) => iterations.push(iteration) },
  );
  expect(iterations).toEqual([1, 2, 3]);
  expect(result).toMatchObject({ stopped: false, maskIoUBefore: 0.8 });
  expect(result.proposal.car.offsets).not.toBe(document?.car.offsets);
  expect(await shown(studio)).toEqual(document);
  const state = await studio.call('refine.accept', {});
  expect(state).toMatchObject({ undoLabel: 'Refine', document: { viewpoint: { azimuthDeg: 42 } } });
  expect(state.document?.maskIoU.refined).toBeGreaterThan(0);
  expect((await studio.call('document.undo', {})).document).toEqual(document);
  await expect(studio.call('refine.accept', {})).rejects.toMatchObject({ code: 'no-proposal' });
});

test('cancelling a refinement keeps the best so far; a second one at the same time is refused', async () => {
  const [studio, { document }] = await openWithCar();
  const controller = new AbortController();
  const running = studio.call(
    'refine.start',
    { iterations: 2000 },
    { signal: controller.signal, onProgress: ({ iteration }) => iteration === 3 && controller.abort() },
  );
  await expect(studio.call('refine.start', { iterations: 5 })).rejects.toMatchObject({ code: 'busy' });
  expect(await running).toMatchObject({ stopped: true });
  await studio.call('refine.discard', {});
  expect(await shown(studio)).toEqual(document);
  expect((await studio.call('refine.start', { iterations: 1 })).stopped).toBe(false);
});

test('a change of the car ends its refinement and takes the proposal away; a new name does not', async () => {
  const [studio] = await openWithCar();
  await studio.call('refine.start', { iterations: 1 });
  await studio.call('document.rename', { name: 'Mine' });
  expect((await studio.call('refine.accept', {})).document).toMatchObject({
    name: 'Mine',
    viewpoint: { azimuthDeg: 42 },
  });
  const running = studio.call('refine.start', { iterations: 2000 });
  await studio.call('car.setLength', { lengthMetres: 5 });
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
  await studio.call('refine.start', { iterations: 1 });
  await studio.call('document.undo', {});
  await expect(studio.call('refine.accept', {})).rejects.toMatchObject({ code: 'no-proposal' });
});

test('the neural view answers the newest request and drops the one that waits', async () => {
  const [studio] = await openWithCar();
  const pictures = [10, 20, 30].map((azimuthDeg) =>
    studio.call('neural.render', { azimuthDeg, elevationDeg: 45 }),
  );
  const [first, second, third] = await Promise.allSettled(pictures);
  expect(first).toMatchObject({ status: 'fulfilled', value: { elevationDeg: 30 } });
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
  expect(third.status === 'fulfilled' && third.value.rgba[0]).toBe(30);
});

test('exports a valid GLB and pictures of both views', async () => {
  const [studio] = await openWithCar();
  await studio.call('document.rename', { name: 'a/b: "c"' });
  for (const light of ['albedo', 'baked'] as const) {
    const { name, bytes } = await studio.call('export.glb', { light });
    expect(name).toBe('a-b- -c-.glb');
    expect((await validateGlb(bytes)).messages).toEqual([]);
  }
  const { viewpoint } = await shown(studio);
  for (const mode of ['mesh', 'neural'] as const) {
    const { bytes } = await studio.call('export.picture', { viewpoint, size: 64, mode });
    expect(await sharp(bytes).metadata()).toMatchObject({
      width: 64,
      height: 64,
      channels: 4,
      format: 'png',
    });
  }
});

test('a project file holds the car; opening it elsewhere brings it back, and changes are noticed', async () => {
  const [studio, { document }] = await openWithCar();
  const { name, bytes } = await studio.call('project.save', {});
  expect(name).toBe('red.turnaround');
  expect((await studio.call('document.get', {})).unsaved).toBe(false);
  expect((await studio.call('document.rename', { name: 'Other' })).unsaved).toBe(true);
  const back = await studio.call('project.open', { name, bytes });
  expect(back).toMatchObject({ undoLabel: 'Open project', unsaved: false, document });
  expect(await studio.call('library.list', {})).toHaveLength(1);
  await studio.close();

  rmSync(folder, { recursive: true });
  const elsewhere = await open();
  expect((await elsewhere.call('project.open', { name, bytes })).document).toEqual(document);
  expect((await elsewhere.call('refine.start', { iterations: 1 })).proposal.id).toBe(document?.id);
});

test('the library lists cars with pictures, opens and removes them', async () => {
  const [studio, { document }] = await openWithCar();
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

test('assets that no car needs are removed at the next start, those of removed cars too', async () => {
  const [studio, { document }] = await openWithCar();
  await studio.call('photo.import', {
    name: 'blue.png',
    bytes: await testPhoto([{ left: 9, top: 9, width: 90, height: 60 }]),
  });
  await studio.call('library.remove', { id: document?.id ?? '' });
  await studio.close();
  const root = join(folder, 'assets');
  const files = () => readdirSync(root, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  const before = files();
  const yesterday = new Date(Date.now() - 86_400_000);
  for (const file of before) utimesSync(join(file.parentPath, file.name), yesterday, yesterday);
  const again = await open();
  expect(files().length).toBeLessThan(before.length);
  expect(files().map((file) => file.name)).not.toContain(document?.photo?.mask);
  expect((await again.call('export.glb', { light: 'albedo' })).bytes.length).toBeGreaterThan(1000);
});

test('a truncated record of the open car brings back the state before; a lost asset another car', async () => {
  const [studio, { document }] = await openWithCar();
  await studio.call('document.rename', { name: 'Renamed' });
  await studio.close();
  const record = join(folder, 'cars', document?.id ?? '', 'car.json');
  truncateSync(record, readFileSync(record).length - 7);
  const again = await open();
  expect((await shown(again)).name).toBe('red');
  await again.call('photo.import', {
    name: 'next.png',
    bytes: await testPhoto([{ left: 9, top: 9, width: 90, height: 60 }]),
  });
  const { photo } = await shown(again);
  await again.close();
  writeFileSync(join(folder, 'assets', photo?.mask.slice(0, 2) ?? '', photo?.mask ?? ''), 'x');
  expect((await shown(await open())).name).toBe('red');
});

test('a full disk is told, nothing changes, and works again when there is space', async () => {
  let full = false;
  const write: WriteBytes = async (path, bytes) => {
    await writeDurably(path, full ? bytes.subarray(0, 1) : bytes);
    if (full) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  };
  const [studio, { document }] = await openWithCar({ write });
  full = true;
  const next = { name: 'next.png', bytes: await testPhoto([{ left: 9, top: 9, width: 90, height: 60 }]) };
  await expect(studio.call('photo.import', next)).rejects.toMatchObject({ code: 'disk-full' });
  await expect(studio.call('document.rename', { name: 'x' })).rejects.toMatchObject({ code: 'disk-full' });
  expect(await shown(studio)).toEqual(document);
  full = false;
  expect((await studio.call('photo.import', next)).document?.name).toBe('next');
});

test('the first start opens the sample, later ones do not', async () => {
  const [studio] = await openWithCar();
  const { bytes } = await studio.call('project.save', {});
  await studio.close();
  rmSync(folder, { recursive: true });
  const samples = mkdtempSync(join(tmpdir(), 'turnaround-sample-'));
  const sampleProject = join(samples, 'sample.turnaround');
  try {
    writeFileSync(sampleProject, bytes);
    const first = await open({ sampleProject });
    expect((await shown(first)).name).toBe('red');
    await first.call('photo.import', { name: 'own.png', bytes: await testPhoto() });
    await first.close();
    const later = await open({ sampleProject });
    expect((await shown(later)).name).toBe('own');
    expect(await later.call('library.list', {})).toHaveLength(2);
  } finally {
    rmSync(samples, { recursive: true });
  }
});

test('a provider that is not there is refused with its remedy', async () => {
  const studio = await open();
  await expect(studio.call('studio.setProvider', { provider: 'cuda' })).rejects.toMatchObject({
    code: 'provider-unavailable',
  });
  expect(await studio.call('studio.setProvider', { provider: 'cpu' })).toMatchObject({
    provider: 'cpu',
    version: '0.1.0',
  });
});
