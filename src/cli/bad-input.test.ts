import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { defaultModelsDir } from '../engine/host/paths.ts';
import { testPhoto } from '../engine/studio/test-rooms.ts';
import { StudioError } from '../shared/errors.ts';
import { realSurroundings, runCli } from './program.ts';
import { testCli } from './test-cli.ts';

const cli = testCli();
const { run, save, results, reconstruct, report } = cli;

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
  const { code, err } = await reconstruct([join(cli.folder, 'none.jpg'), cli.folder]);
  expect(code).toBe(1);
  expect(err).toEqual([
    expect.stringMatching(/none\.jpg can't be read: there is no such file\./),
    expect.stringMatching(/it is a folder/),
  ]);
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
  const models = join(cli.folder, 'models');
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

test.runIf(process.getuid?.() === 0 && process.platform === 'linux')('a full disk', async (context) => {
  const disk = join(cli.folder, 'disk');
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
