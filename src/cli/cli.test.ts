import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { validateGlb } from '../engine/export/validate-glb.ts';
import { defaultModelsDir } from '../engine/host/paths.ts';
import type { Rooms } from '../engine/studio/rooms.ts';
import { testPhoto, testRooms } from '../engine/studio/test-rooms.ts';
import { StudioError } from '../shared/errors.ts';
import { realSurroundings, runCli } from './program.ts';
import { reportSchema } from './report.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turnaround-cli-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  code: number;
  out: string[];
  err: string[];
}

async function run(
  args: string[],
  rooms: Partial<Rooms> = {},
  signal = new AbortController().signal,
): Promise<Ran> {
  const [out, err]: [string[], string[]] = [[], []];
  const code = await runCli(args, {
    print: (line) => out.push(line),
    error: (line) => err.push(line),
    signal,
    openRooms: async () => testRooms(rooms),
  });
  return { code, out, err };
}

async function save(name: string, bytes: Uint8Array | Promise<Uint8Array>): Promise<string> {
  const path = join(folder, name);
  writeFileSync(path, await bytes);
  return path;
}

const results = () => join(folder, 'results');
const reconstruct = (photos: string[], options: string[] = ['--refine', 'off'], rooms: Partial<Rooms> = {}) =>
  run(['reconstruct', ...photos, '--out', results(), ...options], rooms);
const read = (stem: string, name: string) => readFileSync(join(results(), stem, name));
const report = (stem: string) =>
  reportSchema.strict().parse(JSON.parse(read(stem, 'report.json').toString()));

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
  const none = await reconstruct([photo], ['--refine', 'off', '--mask', join(folder, 'none.png')]);
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

test('render and export work from the folder, and refuse what is none', async () => {
  const photo = await save('red.png', testPhoto());
  await reconstruct([photo]);
  const from = join(results(), 'red');
  const picture = join(folder, 'new', 'side.png');
  for (const mode of ['mesh', 'neural']) {
    const args = ['render', from, '--azimuth', '90', '--elevation', '10', '--mode', mode, '--size', '96'];
    expect(await run([...args, '--out', picture])).toEqual({ code: 0, out: [picture], err: [] });
    expect(await sharp(picture).metadata()).toMatchObject({ width: 96, height: 96 });
  }
  const steep = await run(['render', from, '--elevation', '60', '--mode', 'neural', '--out', picture]);
  expect(steep).toMatchObject({ code: 0, err: [expect.stringContaining('0 to 30')] });
  const glb = join(folder, 'car.glb');
  for (const light of ['albedo', 'baked']) {
    expect((await run(['export', from, '--light', light, '--out', glb])).code).toBe(0);
    expect((await validateGlb(new Uint8Array(readFileSync(glb)))).messages).toEqual([]);
  }
  const nothing = await run(['render', join(folder, 'none'), '--out', picture]);
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
  expect(readdirSync(join(folder, 'own'))).toContain('report.json');
  mkdirSync(join(folder, 'photos'));
  await save('photos/mine.jpg', new Uint8Array(1));
  const refused = await run(['refine', project, '--out', join(folder, 'photos')]);
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

const text = new TextEncoder();
const flat = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#888' } });

test.each<[string, string, () => Promise<Uint8Array>, RegExp]>([
  [
    'not a picture',
    'text.jpg',
    async () => text.encode('hello, I am not a picture'),
    /text\.jpg.*not a picture/,
  ],
  ['0 bytes', 'empty.jpg', async () => new Uint8Array(), /empty\.jpg.*0 bytes/],
  ['more than 20 000 pixels', 'wide.png', () => flat(20_001, 20).png().toBuffer(), /wide\.png.*20001 x 20/],
  ['truncated', 'cut.png', async () => (await testPhoto()).slice(0, 400), /cut\.png.*cut short/],
  ['no car in it', 'grey.png', () => testPhoto([]), /grey\.png.*No car was found/],
  ['too small', 'dot.png', () => flat(8, 8).png().toBuffer(), /dot\.png.*8 x 8/],
])(
  'a picture that is %s fails with its name, cause and remedy; the others are done',
  async (_kind, name, make, line) => {
    const [bad, good] = [await save(name, make()), await save('good.png', testPhoto())];
    const { code, err, out } = await reconstruct([bad, good]);
    expect(code).toBe(1);
    expect(err).toEqual([expect.stringMatching(line)]);
    expect(err[0].split('\n')).toHaveLength(1);
    expect(out).toHaveLength(1);
    expect(readdirSync(results())).toEqual(['good']);
  },
);

test.each<[string, string, () => Promise<Uint8Array>, [number, number]]>([
  [
    'CMYK',
    'cmyk.jpg',
    async () =>
      sharp(await testPhoto())
        .toColourspace('cmyk')
        .jpeg()
        .toBuffer(),
    [320, 200],
  ],
  [
    '16 bit',
    'deep.png',
    async () =>
      sharp(await testPhoto())
        .toColourspace('rgb16')
        .png()
        .toBuffer(),
    [320, 200],
  ],
  ['animated', 'moving.webp', animated, [320, 200]],
  [
    'EXIF-rotated',
    'turned.jpg',
    async () =>
      sharp(await testPhoto())
        .rotate(90)
        .withMetadata({ orientation: 8 })
        .jpeg()
        .toBuffer(),
    [320, 200],
  ],
])('a picture that is %s is read', async (_kind, name, make, [width, height]) => {
  const photo = await save(name, make());
  expect(await reconstruct([photo])).toMatchObject({ code: 0, err: [] });
  const { crop, ...told } = report(name.split('.')[0]);
  expect(told.photo).toEqual({ width, height });
  expect(crop.x).toBeCloseTo(64, -0.7);
  expect(crop.size).toBeCloseTo(192, -0.7);
});

async function animated(): Promise<Uint8Array> {
  const frames = [await testPhoto(), await testPhoto([])];
  return sharp(frames, { join: { animated: true } })
    .webp({ lossless: true })
    .toBuffer();
}

test('missing photos and folders are told one by one', async () => {
  const { code, err } = await reconstruct([join(folder, 'none.jpg'), folder]);
  expect(code).toBe(1);
  expect(err).toEqual([
    expect.stringMatching(/none\.jpg can't be read: there is no such file\./),
    expect.stringMatching(/it is a folder/),
  ]);
});

test('photos of the same name get folders of their own', async () => {
  mkdirSync(join(folder, 'a'));
  const photos = [await save('red.png', testPhoto()), await save('a/red.png', testPhoto())];
  expect((await reconstruct(photos)).code).toBe(0);
  expect(readdirSync(results()).sort()).toEqual(['red', 'red-2']);
});

test('--json prints one line a photo and nothing else', async () => {
  const [bad, good] = [await save('bad.jpg', text.encode('no')), await save('good.png', testPhoto())];
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

test('a model whose hash differs is named once, with its remedy', async () => {
  const photos = [await save('a.png', testPhoto()), await save('b.png', testPhoto())];
  const refuse = async () => {
    throw new StudioError('model-hash', 'encoder.onnx is not the file of the manifest.', 'Install it again.');
  };
  const { code, err } = await reconstruct(photos, ['--refine', 'off'], { reconstruct: refuse });
  expect(code).toBe(1);
  expect(err).toEqual([expect.stringMatching(/a\.png: encoder\.onnx is not the file.*Install it again/)]);
});

test('real models: a changed file is refused before any work, by name', async () => {
  const models = join(folder, 'models');
  mkdirSync(models);
  const manifest = readFileSync(join(defaultModelsDir(), 'manifest.json'));
  const { file } = JSON.parse(manifest.toString()).template;
  const template = readFileSync(join(defaultModelsDir(), file));
  template[template.length - 1] ^= 1;
  writeFileSync(join(models, 'manifest.json'), manifest);
  writeFileSync(join(models, file), template);
  const photo = await save('red.png', testPhoto());
  const [out, err]: [string[], string[]] = [[], []];
  const args = ['reconstruct', photo, '--models', models, '--out', results()];
  const code = await runCli(args, {
    ...realSurroundings(new AbortController().signal),
    print: (line) => out.push(line),
    error: (line) => err.push(line),
  });
  expect(code).toBe(1);
  expect(err).toEqual([expect.stringContaining(file)]);
  expect(err[0]).toMatch(/^turnaround: .*(hash|manifest)/);
  expect(out).toEqual([]);
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

test.runIf(process.getuid?.() === 0 && process.platform === 'linux')('a full disk', async (context) => {
  const disk = join(folder, 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16k', 'none', disk], { stdio: 'ignore' });
  } catch {
    context.skip('mounting is not allowed here; the store has the same test with an injected failure');
  }
  try {
    const photo = await save('red.png', testPhoto());
    const { code, err } = await run(['reconstruct', photo, '--out', disk, '--refine', 'off']);
    expect(code).toBe(1);
    expect(err).toEqual([expect.stringMatching(/red\.png: The disk is full.*Free some space/)]);
    expect(readdirSync(disk)).toEqual([]);
  } finally {
    execFileSync('umount', [disk]);
  }
});
