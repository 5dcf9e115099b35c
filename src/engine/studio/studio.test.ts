import sharp from 'sharp';
import { expect, test } from 'vitest';
import type { Provider } from '../../shared/studio-api.ts';
import { validateGlb } from '../export/validate-glb.ts';
import { type WriteBytes, writeDurably } from '../project/atomic-write.ts';
import { createStudioOn } from './create.ts';
import type { Rooms } from './rooms.ts';
import { StudioBench, shown } from './test-bench.ts';
import { testPhoto, testRooms } from './test-rooms.ts';

const bench = new StudioBench();

test('a faster provider that the warm-up found, or that another window chose, is told', async () => {
  let provider: Provider = 'cpu';
  const engine = await createStudioOn(
    testRooms({
      status: async () => ({ provider, tried: [], models: [] }),
      warmUp: async () => {
        provider = 'webgpu';
      },
      setProvider: async () => {
        provider = 'cpu';
      },
    }),
    { dataDir: bench.folder },
  );
  const told: Provider[] = [];
  engine.events.on('status.changed', (status) => told.push(status.provider));
  await engine.warmUp();
  const context = { signal: new AbortController().signal, progress: () => {} };
  await engine.handlers['studio.setProvider']({ provider: 'cpu' }, context);
  expect(told).toEqual(['webgpu', 'cpu']);
  await engine.close();
});

test('an empty studio says that no car is open', async () => {
  const studio = await bench.open();
  expect((await studio.call('document.get', {})).document).toBeNull();
  await expect(studio.call('export.glb', { light: 'albedo' })).rejects.toMatchObject({ code: 'no-document' });
  await expect(studio.call('document.undo', {})).rejects.toMatchObject({ code: 'no-document' });
});

test('a photo becomes a car, through all stages, and the page is told', async () => {
  const studio = await bench.open();
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
  const studio = await bench.open();
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

test('a flip is given up when another car of the photo is chosen meanwhile', async () => {
  const studio = await bench.open();
  const bytes = await testPhoto([
    { left: 10, top: 60, width: 100, height: 60 },
    { left: 160, top: 60, width: 140, height: 80 },
  ]);
  await studio.call('photo.import', { name: 'two.png', bytes });
  await studio.call('photo.selectCar', { x: 40, y: 90 });
  const flip = studio.call('viewpoint.flip', {});
  await studio.call('document.undo', {});
  await expect(flip).rejects.toMatchObject({ code: 'cancelled' });
  expect(await shown(studio)).toMatchObject({ photo: { selected: 0 }, viewpoint: { azimuthDeg: 40 } });
});

test('what is written holds the changes that were asked for before it', async () => {
  const [studio] = await bench.openWithCar();
  const renamed = studio.call('document.rename', { name: 'Blue' });
  const saved = studio.call('project.save', {});
  expect((await saved).name).toBe('Blue.turnaround');
  await renamed;
});

test('a given mask is taken as it is, and one of another size is refused', async () => {
  const studio = await bench.open();
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
  const [studio, { document }] = await bench.openWithCar();
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

test('nothing is still being written when an import fails', async () => {
  let writing = 0;
  const write: WriteBytes = async (path, bytes) => {
    writing++;
    await new Promise((resolve) => setTimeout(resolve, 100));
    await writeDurably(path, bytes);
    writing--;
  };
  let writingAtFailure = 0;
  const reconstruct = async () => {
    await expect.poll(() => writing).toBeGreaterThan(0);
    writingAtFailure = writing;
    throw new Error('no car can be made of it');
  };
  const studio = await bench.open({ rooms: { reconstruct }, write });
  const importing = studio.call('photo.import', { name: 'red.png', bytes: await testPhoto() });
  await expect(importing).rejects.toThrow();
  expect({ writingAtFailure: writingAtFailure > 0, writing }).toEqual({ writingAtFailure: true, writing: 0 });
});

test('a cancelled import leaves the old car', async () => {
  const [studio, { document }] = await bench.openWithCar();
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
  const studio = await bench.open();
  const bytes = await testPhoto();
  const first = studio.call('photo.import', { name: 'first.png', bytes });
  const second = studio.call('photo.import', { name: 'second.png', bytes });
  await expect(first).rejects.toMatchObject({ code: 'cancelled' });
  expect((await second).document?.name).toBe('second');
  expect((await shown(studio)).name).toBe('second');
});

test('edits are undone and redone, and a restart brings the car and its undo stack back', async () => {
  const [studio] = await bench.openWithCar();
  const { viewpoint } = await shown(studio);
  await studio.call('viewpoint.set', { viewpoint: { ...viewpoint, azimuthDeg: 50 } });
  await studio.call('viewpoint.flip', {});
  expect((await shown(studio)).viewpoint.azimuthDeg).toBeCloseTo(230);
  await studio.call('document.rename', { name: 'Mine' });
  await studio.call('document.undo', {});
  const before = await studio.call('document.get', {});
  expect(before).toMatchObject({ undoLabel: 'Flip front and back', redoLabel: 'Rename' });
  await studio.close();
  const again = await bench.open();
  expect(await again.call('document.get', {})).toEqual(before);
  expect((await again.call('document.redo', {})).document?.name).toBe('Mine');
});

test('a longer car is seen as before: distance and target grow with it', async () => {
  const [studio] = await bench.openWithCar();
  const before = await shown(studio);
  const { document } = await studio.call('car.setLength', { lengthMetres: 9 });
  expect(document?.car.lengthMetres).toBe(9);
  expect(document?.viewpoint.distance).toBeCloseTo(2 * before.viewpoint.distance);
  expect(document?.viewpoint.target[1]).toBeCloseTo(2 * before.viewpoint.target[1]);
  await expect(studio.call('car.setLength', { lengthMetres: 100 })).rejects.toMatchObject({
    code: 'invalid-parameters',
  });
});

test('flipping keeps the length that was set, and the picture with it', async () => {
  const [studio] = await bench.openWithCar();
  const before = await shown(studio);
  await studio.call('car.setLength', { lengthMetres: 9 });
  const { document } = await studio.call('viewpoint.flip', {});
  expect(document?.car.lengthMetres).toBe(9);
  expect(document?.viewpoint.azimuthDeg).toBeCloseTo(220);
  expect(document?.viewpoint.distance).toBeCloseTo(2 * before.viewpoint.distance);
  expect(document?.viewpoint.target[1]).toBeCloseTo(2 * before.viewpoint.target[1]);
});

test('the neural view answers the newest request and drops the one that waits', async () => {
  const [studio] = await bench.openWithCar();
  const pictures = [10, 20, 30].map((azimuthDeg) =>
    studio.call('neural.render', { azimuthDeg, elevationDeg: 45 }),
  );
  const [first, second, third] = await Promise.allSettled(pictures);
  expect(first).toMatchObject({ status: 'fulfilled', value: { elevationDeg: 30 } });
  expect(second).toMatchObject({ status: 'rejected', reason: { code: 'cancelled' } });
  expect(third.status === 'fulfilled' && third.value.rgba[0]).toBe(30);
});

test('the neural view is drawn in full unless a draft is asked for', async () => {
  const [studio] = await bench.openWithCar();
  const view = { azimuthDeg: 10, elevationDeg: 0 };
  expect(await studio.call('neural.render', view)).toMatchObject({ width: 4, height: 4 });
  const draft = await studio.call('neural.render', { ...view, detail: 'draft' });
  expect(draft).toMatchObject({ width: 2, height: 2 });
});

test('exports a valid GLB and pictures of both views', async () => {
  const [studio] = await bench.openWithCar();
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

test('an exported picture of the neural view is a full one', async () => {
  const details: string[] = [];
  const loadNeural: Rooms['loadNeural'] = async (content) => {
    const car = await testRooms().loadNeural(content);
    return {
      render: (azimuthDeg, elevationDeg, options) => {
        details.push(options.detail);
        return car.render(azimuthDeg, elevationDeg, options);
      },
    };
  };
  const [studio, { document }] = await bench.openWithCar({ rooms: { loadNeural } });
  if (!document) throw new Error('no car is open');
  details.length = 0;
  await studio.call('export.picture', { viewpoint: document.viewpoint, size: 64, mode: 'neural' });
  expect(details).toEqual(['full']);
});

test('a provider that is not there is refused with its remedy', async () => {
  const studio = await bench.open();
  await expect(studio.call('studio.setProvider', { provider: 'cuda' })).rejects.toMatchObject({
    code: 'provider-unavailable',
  });
  expect(await studio.call('studio.setProvider', { provider: 'cpu' })).toMatchObject({
    provider: 'cpu',
    version: '0.1.0',
  });
});
