import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { decodePhoto } from './decode.ts';
import { stripMetadata } from './strip-metadata.ts';

const secret = 'Jane Doe 52.5200';

/** A noisy picture with a name, a place and a comment in it. */
async function telling(format: 'jpeg' | 'png', progressive = false): Promise<Uint8Array> {
  const picture = sharp({
    create: {
      width: 90,
      height: 60,
      channels: 3,
      background: 'white',
      noise: { type: 'gaussian', mean: 128, sigma: 50 },
    },
  }).withExif({
    IFD0: { Artist: secret },
    IFD3: { GPSLatitude: '52/1 31/1 12/1', GPSLatitudeRef: 'N' },
  });
  const buffer = await (format === 'jpeg'
    ? picture.withXmp(`<x:xmpmeta xmlns:x="adobe:ns:meta/">${secret}</x:xmpmeta>`).jpeg({ progressive })
    : picture.png()
  ).toBuffer();
  if (format === 'png') return new Uint8Array(buffer);
  const comment = Buffer.from([0xff, 0xfe, 0, 2 + secret.length, ...Buffer.from(secret)]);
  const after = Buffer.from(`second picture of a phone ${secret}`);
  return new Uint8Array(Buffer.concat([buffer.subarray(0, 2), comment, buffer.subarray(2), after]));
}

describe.each([
  ['jpeg', false],
  ['jpeg', true],
  ['png', false],
] as const)('a %s (progressive: %s)', (format, progressive) => {
  test('loses what it tells of its maker and keeps its pixels', async () => {
    const bytes = await telling(format, progressive);
    expect(Buffer.from(bytes).includes(secret)).toBe(true);
    expect((await sharp(bytes).metadata()).exif).toBeDefined();

    const stripped = stripMetadata(bytes) ?? new Uint8Array();
    expect(Buffer.from(stripped).includes(secret)).toBe(false);
    const { exif, xmp, iptc, comments } = await sharp(stripped).metadata();
    expect([exif, xmp, iptc, comments]).toEqual([undefined, undefined, undefined, undefined]);
    const pixels = (of: Uint8Array) => sharp(of).raw().toBuffer();
    expect((await pixels(stripped)).equals(await pixels(bytes))).toBe(true);
  });

  test('is kept in a project without it', async () => {
    const bytes = await telling(format, progressive);
    const { picture } = await decodePhoto(bytes, 'photo');
    expect(picture.length).toBeGreaterThan(1000);
    expect(Buffer.from(picture).includes(secret)).toBe(false);
    expect(Buffer.from(picture).includes('Exif')).toBe(false);
  });
});

test("JFIF's previews go, its header stays", async () => {
  const jpeg = await sharp({ create: { width: 40, height: 30, channels: 3, background: 'red' } })
    .jpeg()
    .withMetadata({ density: 144 })
    .toBuffer();
  const [start, rest] = [jpeg.subarray(0, 2), jpeg.subarray(2)];
  const preview = Buffer.alloc(3 * 4 * 3, secret);
  const segment = (content: Buffer) => Buffer.concat([Buffer.of(0xff, 0xe0, 0, content.length + 2), content]);
  const jfif = segment(
    Buffer.concat([Buffer.from('JFIF\0'), Buffer.of(1, 1, 1, 0, 144, 0, 144, 4, 3), preview]),
  );
  const jfxx = segment(Buffer.concat([Buffer.from('JFXX\0'), Buffer.of(0x13, 4, 3), preview]));
  const bytes = new Uint8Array(Buffer.concat([start, jfif, jfxx, rest]));

  const stripped = stripMetadata(bytes) ?? new Uint8Array();
  expect(Buffer.from(stripped).includes(secret.slice(0, 8))).toBe(false);
  const { width, height, density } = await sharp(stripped).metadata();
  expect({ width, height, density }).toEqual({ width: 40, height: 30, density: 144 });
});

test('a picture that is stored upright anew tells nothing either', async () => {
  const turned = await sharp(await telling('jpeg'))
    .withExif({ IFD0: { Artist: secret } })
    .withMetadata({ orientation: 6 })
    .jpeg()
    .toBuffer();
  const { picture, width } = await decodePhoto(new Uint8Array(turned), 'turned.jpg');
  expect(width).toBe(60);
  expect(Buffer.from(picture).includes('Exif')).toBe(false);
});

test('what has no structure to follow is refused', () => {
  expect(stripMetadata(Uint8Array.of(0xff, 0xd8, 1, 2, 3, 4, 5, 6))).toBeNull();
  expect(stripMetadata(new Uint8Array(20))).toBeNull();
});
