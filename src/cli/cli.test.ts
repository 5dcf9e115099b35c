import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test, vi } from 'vitest';
import { validateGlb } from '../engine/export/validate-glb.ts';
import type { Rooms } from '../engine/studio/rooms.ts';
import { testPhoto, testRooms } from '../engine/studio/test-rooms.ts';
import { StudioError } from '../shared/errors.ts';
import { isResult } from './files.ts';
import { testCli } from './test-cli.ts';

const cli = testCli();
const { run, save, results, reconstruct, read, report } = cli;

test('writes everything that was promised, and only that', async () => {
  const photo = await save('red car.png', testPhoto());
  const { code, out, err } = await reconstruct([photo], ['--refine', '3', '--views', '4']);
  expect({ code, err }).toEqual({ code: 0, err: [] });
  expect(out).toHaveLength(1);
  expect(readdirSync(results())).toEqual(['red car']);
  expect(readdirSync(join(results(), 'red car')).sort()).toEqual(
    [
      'car.glb',
      'car.turnaround',
      'input.png',
      'mask.png',
      'neural-0.png',
      'neural-180.png',
      'neural-270.png',
      'neural-90.png',
      'neural.png',
      'render.png',
      'report.json',
    ].sort(),
  );
  expect(readdirSync(join(results(), 'red car')).every(isResult)).toBe(true);
  const told = report('red car');
  expect(told.photo).toEqual({ width: 320, height: 200 });
  expect(told.viewpoint.azimuthDeg).toBe(42);
  expect(told.maskIoU.refined).toBeGreaterThan(0.3);
  expect(told.timingsMs.refine).toBeGreaterThan(14);
  expect(told.timingsMs.total).toBeGreaterThan(told.timingsMs.refine);
  expect(told.peakRssMb).toBeGreaterThan(20);

  for (const name of ['render.png', 'mask.png']) {
    expect(await sharp(read('red car', name)).metadata()).toMatchObject({ width: 320, height: 200 });
  }
  for (const name of ['neural.png', 'neural-90.png']) {
    expect(await sharp(read('red car', name)).metadata()).toMatchObject({ width: 4, height: 4 });
  }
  expect((await validateGlb(new Uint8Array(read('red car', 'car.glb')))).messages).toEqual([]);
});

test('mask IoU in the report is that of render.png with mask.png', async () => {
  const photo = await save('red.png', testPhoto());
  await reconstruct([photo]);
  const render = await sharp(read('red', 'render.png')).raw().toBuffer();
  const mask = await sharp(read('red', 'mask.png')).extractChannel(0).raw().toBuffer();
  let [both, either] = [0, 0];
  for (let p = 0; p < mask.length; p++) {
    const [a, b] = [render[4 * p + 3] >= 128, mask[p] >= 128];
    if (a && b) both++;
    if (a || b) either++;
  }
  expect(mask.length).toBe(320 * 200);
  expect((await sharp(read('red', 'mask.png')).metadata()).channels).toBe(1);
  expect(report('red').maskIoU).toEqual({ encoder: both / either, refined: null });
});

test('a given mask is taken; one of another size, or none where one was named, is a clear error', async () => {
  const photo = await save('red.png', testPhoto());
  const mask = (width: number) =>
    sharp({ create: { width, height: 200, channels: 3, background: '#fff' } })
      .png()
      .toBuffer();
  const good = await save('mask.png', mask(320));
  expect((await reconstruct([photo], ['--refine', 'off', '--mask', good])).code).toBe(0);
  expect((await sharp(read('red', 'mask.png')).stats()).channels[0].min).toBe(255);

  const bad = await save('small.png', mask(100));
  const small = await reconstruct([photo], ['--refine', 'off', '--mask', bad]);
  expect(small).toMatchObject({ code: 1, err: [expect.stringMatching(/100 x 200 pixels.*320 x 200/)] });
  const none = await reconstruct([photo], ['--refine', 'off', '--mask', join(cli.folder, 'none.png')]);
  expect(none).toMatchObject({ code: 1, err: [expect.stringMatching(/mask .*none\.png.*no such file/)] });
  const two = await reconstruct([photo, photo], ['--mask', good]);
  expect(two).toMatchObject({ code: 2, err: [expect.stringContaining('--mask')] });
});

test.each(['no-car', 'invalid-parameters'] as const)(
  'a car that can not be refined (%s) is written as it is, with a warning',
  async (reason) => {
    const photo = await save('red.png', testPhoto());
    const refine = async () => {
      throw new StudioError(reason, 'There is no outline to fit.', 'Give another mask.');
    };
    const { code, out, err } = await reconstruct([photo], ['--refine', '3'], { refine });
    expect(code).toBe(0);
    expect(err).toEqual([
      expect.stringMatching(/red\.png: The car was not refined: There is no outline.*another mask/),
    ]);
    expect(out).toEqual([expect.not.stringContaining('refined')]);
    expect(report('red').maskIoU).toEqual({ encoder: expect.any(Number), refined: null });
    expect(report('red').timingsMs.refine).toBe(0);
  },
);

test('any other failure of the refinement fails the photo', async () => {
  const photo = await save('red.png', testPhoto());
  const refine = async () => {
    throw new StudioError('disk-full', 'The disk is full.', 'Free some space.');
  };
  const { code, err } = await reconstruct([photo], ['--refine', '3'], { refine });
  expect({ code, err }).toEqual({ code: 1, err: [expect.stringContaining('The disk is full')] });
  expect(readdirSync(results())).toEqual([]);
});

test('what would fail every photo ends the batch: told once in words, for each in JSON', async () => {
  const photos = await Promise.all(['a.png', 'b.png', 'c.png'].map((name) => save(name, testPhoto())));
  const refine = async () => {
    throw new StudioError('disk-full', 'The disk is full.', 'Free some space.');
  };
  const { code, out, err } = await reconstruct(photos, ['--refine', '3', '--json'], { refine });
  expect(code).toBe(1);
  expect(err).toEqual([expect.stringContaining('a.png: The disk is full')]);
  expect(out.map((line) => JSON.parse(line))).toEqual(
    photos.map((file, k) => ({
      file,
      ...(k > 0 && { tried: false }),
      error: expect.objectContaining({ code: 'disk-full' }),
    })),
  );
});

test('render and export work from the folder, and refuse what is none', async () => {
  const photo = await save('red.png', testPhoto());
  await reconstruct([photo]);
  const from = join(results(), 'red');
  const picture = join(cli.folder, 'new', 'side.png');
  for (const mode of ['mesh', 'neural']) {
    const args = ['render', from, '--azimuth', '90', '--elevation', '10', '--mode', mode, '--size', '96'];
    expect(await run([...args, '--out', picture])).toEqual({ code: 0, out: [picture], err: [] });
    expect(await sharp(picture).metadata()).toMatchObject({ width: 96, height: 96 });
  }
  const steep = await run(['render', from, '--elevation', '60', '--mode', 'neural', '--out', picture]);
  expect(steep).toMatchObject({ code: 0, err: [expect.stringContaining('0 to 30')] });
  const glb = join(cli.folder, 'car.glb');
  for (const light of ['albedo', 'baked']) {
    expect((await run(['export', from, '--light', light, '--out', glb])).code).toBe(0);
    expect((await validateGlb(new Uint8Array(readFileSync(glb)))).messages).toEqual([]);
  }
  const nothing = await run(['render', join(cli.folder, 'none'), '--out', picture]);
  expect(nothing).toMatchObject({ code: 1, err: [expect.stringContaining('no such file')] });
  writeFileSync(join(from, 'car.turnaround'), readFileSync(join(from, 'car.turnaround')).subarray(0, 500));
  const corrupt = await run(['export', from, '--out', glb]);
  expect(corrupt).toMatchObject({
    code: 1,
    err: [expect.stringMatching(/car\.turnaround.*cut short.*another copy/)],
  });
});

test('refine goes on from the folder, or from a project elsewhere, and writes the results anew', async () => {
  const photo = await save('red.png', testPhoto());
  await reconstruct([photo]);
  const [from, before] = [join(results(), 'red'), report('red')];
  const { code, out, err } = await run(['refine', from, '--iterations', '3', '--views', '1', '--json']);
  expect({ code, err }).toEqual({ code: 0, err: [] });
  const after = report('red');
  expect(out.map((line) => JSON.parse(line))).toEqual([{ file: from, folder: from, ...after }]);
  expect(after.maskIoU.encoder).toBe(before.maskIoU.encoder);
  expect(after.maskIoU.refined).toBeGreaterThan(0.3);
  expect(after.viewpoint.azimuthDeg).toBe(42);
  expect(readdirSync(from)).toContain('neural-0.png');
  expect((await validateGlb(new Uint8Array(read('red', 'car.glb')))).messages).toEqual([]);

  const project = await save('own.turnaround', read('red', 'car.turnaround'));
  expect((await run(['refine', project, '--iterations', '1'])).out).toEqual([
    expect.stringMatching(/own \(mask IoU 0\.\d+, refined 0\.\d+\)$/),
  ]);
  expect(readdirSync(join(cli.folder, 'own'))).toContain('report.json');
  mkdirSync(join(cli.folder, 'photos'));
  await save('photos/mine.jpg', new Uint8Array(1));
  const refused = await run(['refine', project, '--out', join(cli.folder, 'photos')]);
  expect(refused).toMatchObject({ code: 1, err: [expect.stringContaining('holds other files')] });
});

test('a car that can not be refined, or is interrupted, stays as it is', async () => {
  const photo = await save('red.png', testPhoto());
  await reconstruct([photo]);
  const from = join(results(), 'red');
  const before = read('red', 'car.turnaround');
  const refine = async () => {
    throw new StudioError('no-car', 'There is no outline to fit.', 'Give another mask.');
  };
  const unfit = await run(['refine', from], { refine });
  expect(unfit).toMatchObject({
    code: 1,
    err: [expect.stringMatching(/red: There is no outline.*another mask/)],
  });
  const controller = new AbortController();
  const interrupt: Rooms['refine'] = (request) => {
    controller.abort();
    return testRooms().refine(request);
  };
  const stopped = await run(['refine', from], { refine: interrupt }, controller.signal);
  expect(stopped).toMatchObject({ code: 130, out: [], err: [expect.stringContaining('interrupted')] });
  expect(read('red', 'car.turnaround').equals(before)).toBe(true);
});

test('Ctrl-C during render or export writes nothing', async () => {
  const photo = await save('red.png', testPhoto());
  await reconstruct([photo]);
  const [from, out] = [join(results(), 'red'), join(cli.folder, 'out')];
  for (const command of ['render', 'export']) {
    const stopped = await run([command, from, '--out', join(out, 'file')], {}, AbortSignal.abort());
    expect(stopped).toMatchObject({ code: 130, out: [], err: [expect.stringContaining('interrupted')] });
    expect(readdirSync(out)).toEqual([]);
  }
});

test('photos of the same name get folders of their own', async () => {
  mkdirSync(join(cli.folder, 'a'));
  const photos = [await save('red.png', testPhoto()), await save('a/red.png', testPhoto())];
  expect((await reconstruct(photos)).code).toBe(0);
  expect(readdirSync(results()).sort()).toEqual(['red', 'red-2']);
});

test('--json prints one line a photo and nothing else', async () => {
  const [bad, good] = [
    await save('bad.jpg', new TextEncoder().encode('no')),
    await save('good.png', testPhoto()),
  ];
  const { code, out } = await reconstruct([bad, good], ['--refine', 'off', '--json']);
  expect(code).toBe(1);
  expect(out.map((line) => JSON.parse(line))).toEqual([
    { file: bad, error: expect.objectContaining({ code: 'photo-not-a-picture' }) },
    expect.objectContaining({ file: good, folder: join(results(), 'good'), maskIoU: report('good').maskIoU }),
  ]);
});

test.each([
  [[]],
  [['reconstruct']],
  [['reconstruct', 'a.jpg', '--refine', 'many']],
  [['reconstruct', 'a.jpg', '--views', '1.5']],
  [['reconstruct', 'a.jpg', '--device', 'abacus']],
  [['render', 'x']],
  [['refine']],
  [['refine', 'x', '--iterations', '0']],
  [['frobnicate']],
])('wrong usage %j ends with 2', async (args) => {
  const { code, err } = await run(args);
  expect(code).toBe(2);
  expect(err.join()).not.toBe('');
});

test.each([['reconstruct'], ['refine'], ['render'], ['export'], ['serve']])(
  '%s explains itself',
  async (command) => {
    const { code, out, err } = await run([command, '--help']);
    expect({ code, err }).toEqual({ code: 0, err: [] });
    expect(out.join('\n')).toContain(`Usage: turnaround ${command}`);
  },
);

test('an --out that can not be written is told before any work', async () => {
  const photo = await save('red.png', testPhoto());
  writeFileSync(results(), 'a file stands here');
  const { code, err } = await reconstruct([photo]);
  expect(code).toBe(1);
  expect(err).toEqual([expect.stringMatching(/results.*could not be written.*another folder/)]);
});

test('render, export and refine make the folder of their results, or tell before any work that they can not', async () => {
  const photo = await save('red.png', testPhoto());
  await reconstruct([photo]);
  const from = join(results(), 'red');
  const deep = join(cli.folder, 'not', 'yet', 'there');
  expect(await run(['refine', from, '--iterations', '1', '--out', deep])).toMatchObject({ code: 0, err: [] });
  expect(readdirSync(deep)).toContain('report.json');
  const worked = vi.fn(() => Promise.reject(new Error('worked')));
  for (const args of [
    ['refine', from, '--out', join(photo, 'car')],
    ['render', from, '--mode', 'neural', '--out', join(photo, 'side.png')],
    ['export', from, '--out', join(photo, 'car.glb')],
  ]) {
    const { code, err } = await run(args, { refine: worked, loadNeural: worked });
    expect({ code, err }).toEqual({
      code: 1,
      err: [expect.stringMatching(/red\.png.* could not be written/)],
    });
  }
  expect(worked).not.toHaveBeenCalled();
});

test('Ctrl-C ends the photo under way and leaves no half-written folder', async () => {
  const photos = [await save('a.png', testPhoto()), await save('b.png', testPhoto())];
  const controller = new AbortController();
  const interrupt: Partial<Rooms> = {
    refine: async (request) => {
      controller.abort();
      return testRooms().refine(request);
    },
  };
  const args = ['reconstruct', ...photos, '--out', results(), '--refine', '50'];
  const { code, out, err } = await run(args, interrupt, controller.signal);
  expect(code).toBe(130);
  expect(out).toEqual([]);
  expect(err).toEqual([expect.stringContaining('interrupted')]);
  expect(readdirSync(results())).toEqual([]);
});
