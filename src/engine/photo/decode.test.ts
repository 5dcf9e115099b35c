import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { StudioError } from '../../shared/errors.ts';
import { decodePhoto } from './decode.ts';
import type { DecodedPhoto } from './photo.ts';

type Colour = readonly [number, number, number];
const [red, green, blue, yellow]: [Colour, Colour, Colour, Colour] = [
  [220, 40, 40],
  [40, 200, 60],
  [40, 60, 220],
  [230, 220, 60],
];
const [width, height] = [96, 64];

/** Four quadrants: top left, top right, bottom left, bottom right. */
function quadrants([topLeft, topRight, bottomLeft, bottomRight] = [red, green, blue, yellow]) {
  const data = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const row = y < height / 2 ? [topLeft, topRight] : [bottomLeft, bottomRight];
      data.set(x < width / 2 ? row[0] : row[1], (y * width + x) * 3);
    }
  }
  return sharp(data, { raw: { width, height, channels: 3 } });
}

/** Colours near the corners: top left, top right, bottom left, bottom right. */
function corners(photo: DecodedPhoto): number[][] {
  const at = (x: number, y: number) => [
    ...photo.rgb.subarray((y * photo.width + x) * 3, (y * photo.width + x) * 3 + 3),
  ];
  const [right, bottom] = [photo.width - 9, photo.height - 9];
  return [at(8, 8), at(right, 8), at(8, bottom), at(right, bottom)];
}

function expectColours(photo: DecodedPhoto, expected: readonly Colour[], tolerance: number) {
  corners(photo).forEach((colour, i) => {
    colour.forEach((value, channel) => {
      expect(Math.abs(value - expected[i][channel]), `corner ${i} channel ${channel}`).toBeLessThanOrEqual(
        tolerance,
      );
    });
  });
}

const upright = [red, green, blue, yellow];
const turnedClockwise = [blue, red, yellow, green];

function fixture(name: string): Promise<Uint8Array> {
  return readFile(new URL(`fixtures/${name}`, import.meta.url));
}

async function failure(bytes: Uint8Array): Promise<StudioError> {
  const error: unknown = await decodePhoto(bytes, 'car.jpg').catch((thrown: unknown) => thrown);
  if (!(error instanceof StudioError)) throw new Error(`expected a StudioError, got ${String(error)}`);
  return error;
}

describe('decodePhoto', () => {
  it.each([
    ['jpeg', () => quadrants().jpeg({ quality: 95 }).toBuffer(), 4],
    ['progressive jpeg', () => quadrants().jpeg({ quality: 95, progressive: true }).toBuffer(), 4],
    ['png', () => quadrants().png().toBuffer(), 0],
    ['palette png', () => quadrants().png({ palette: true }).toBuffer(), 6],
    ['webp', () => quadrants().webp({ lossless: true }).toBuffer(), 0],
    ['avif', () => quadrants().avif({ quality: 90 }).toBuffer(), 6],
    ['tiff', () => quadrants().tiff({ compression: 'lzw' }).toBuffer(), 0],
    ['16-bit tiff', () => quadrants().toColourspace('rgb16').tiff({ compression: 'none' }).toBuffer(), 1],
    ['16-bit png', () => quadrants().toColourspace('rgb16').png().toBuffer(), 1],
    ['gif', () => quadrants().gif().toBuffer(), 6],
    ['display p3 jpeg', () => quadrants().withIccProfile('p3').jpeg({ quality: 95 }).toBuffer(), 5],
    ['display p3 png', () => quadrants().withIccProfile('p3').png().toBuffer(), 2],
  ])('reads %s as sRGB', async (_kind, make, tolerance) => {
    const photo = await decodePhoto(await make(), 'car');
    expect([photo.width, photo.height]).toEqual([width, height]);
    expect(photo.rgb).toHaveLength(width * height * 3);
    expect(photo.alpha).toBeNull();
    expectColours(photo, upright, tolerance);
  });

  it('reads CMYK through its profile', async () => {
    const printable: [Colour, Colour, Colour, Colour] = [
      [170, 90, 80],
      [110, 150, 110],
      [90, 110, 160],
      [200, 190, 130],
    ];
    const cmyk = await quadrants(printable)
      .toColourspace('cmyk')
      .withIccProfile('cmyk')
      .jpeg({ quality: 95 })
      .toBuffer();
    expect((await sharp(cmyk).metadata()).space).toBe('cmyk');
    expectColours(await decodePhoto(cmyk, 'car'), printable, 20);
  });

  it('spreads grey over three channels', async () => {
    const photo = await decodePhoto(
      await quadrants().greyscale().toColourspace('b-w').png().toBuffer(),
      'car',
    );
    expect(photo.rgb).toHaveLength(width * height * 3);
    for (const colour of corners(photo)) expect(new Set(colour).size).toBe(1);
  });

  it('applies the EXIF orientation and stores an upright picture', async () => {
    const turned = await quadrants().withMetadata({ orientation: 6 }).jpeg({ quality: 95 }).toBuffer();
    const photo = await decodePhoto(turned, 'car');
    expect([photo.width, photo.height]).toEqual([height, width]);
    expectColours(photo, turnedClockwise, 4);
    const stored = await sharp(photo.picture).metadata();
    expect([stored.width, stored.height, stored.orientation ?? 1]).toEqual([height, width, 1]);
  });

  it('keeps an upright sRGB JPEG as it came', async () => {
    const bytes = await quadrants().jpeg().toBuffer();
    const { picture } = await decodePhoto(bytes, 'car');
    expect(bytes.equals(picture)).toBe(true);
  });

  it('takes the first frame of an animation', async () => {
    const frames = Buffer.alloc(32 * 64 * 3, 200);
    frames.fill(10, 0, 32 * 32 * 3);
    const animated = await sharp(frames, { raw: { width: 32, height: 64, channels: 3, pageHeight: 32 } })
      .webp({ lossless: true })
      .toBuffer();
    const photo = await decodePhoto(animated, 'car');
    expect([photo.width, photo.height, photo.rgb[0]]).toEqual([32, 32, 10]);
  });

  it('takes an alpha that separates something as the mask, and ignores one that does not', async () => {
    const withAlpha = async (inside: number, outside: number) => {
      const alpha = Buffer.alloc(width * height, outside);
      alpha.fill(inside, 0, width * 20);
      return decodePhoto(
        await quadrants()
          .joinChannel(alpha, { raw: { width, height, channels: 1 } })
          .png()
          .toBuffer(),
        'car',
      );
    };
    const masked = await withAlpha(255, 0);
    expect(masked.alpha?.[5 * width]).toBe(255);
    expect(masked.alpha?.[50 * width]).toBe(0);
    expect([...masked.rgb.subarray(0, 3)]).toEqual([...red]);
    expect([...masked.rgb.subarray(50 * width * 3, 50 * width * 3 + 3)]).toEqual([128, 128, 128]);
    expect((await withAlpha(255, 255)).alpha).toBeNull();
  });

  it('reads HEIC and converts its Display P3 profile', async () => {
    const photo = await decodePhoto(await fixture('quadrants-p3.heic'), 'IMG_1.HEIC');
    expect([photo.width, photo.height]).toEqual([width, height]);
    expectColours(photo, upright, 4);
    expect((await sharp(photo.picture).metadata()).format).toBe('jpeg');
  });

  it('turns a HEIC once: by its irot box, not again by its EXIF', async () => {
    const photo = await decodePhoto(await fixture('quadrants-rotated-p3.heic'), 'IMG_1.HEIC');
    expect([photo.width, photo.height]).toEqual([height, width]);
    expectColours(photo, turnedClockwise, 4);
  });

  it.each([
    ['an empty file', async () => new Uint8Array(0), 'photo-empty'],
    ['text', async () => Buffer.from('This is a car. '.repeat(20)), 'photo-not-a-picture'],
    ['an SVG', async () => Buffer.from('<?xml version="1.0"?><svg xmlns="x"/>'), 'photo-unsupported'],
    ['a PDF', async () => Buffer.from('%PDF-1.7\n'), 'photo-unsupported'],
    [
      'a truncated JPEG',
      async () => half(await quadrants().jpeg({ quality: 95 }).toBuffer()),
      'photo-truncated',
    ],
    ['a truncated PNG', async () => half(await quadrants().png().toBuffer()), 'photo-truncated'],
    ['a truncated WebP', async () => half(await quadrants().webp().toBuffer()), 'photo-truncated'],
    ['a truncated TIFF', async () => half(await quadrants().tiff().toBuffer()), 'photo-truncated'],
    ['a truncated AVIF', async () => half(await quadrants().avif().toBuffer()), 'photo-truncated'],
    ['a truncated HEIC', async () => half(await fixture('quadrants-p3.heic')), 'photo-truncated'],
    ['a header alone', async () => Buffer.from([0xff, 0xd8, 0xff, 0xe0]), 'photo-truncated'],
    ['a tiny picture', async () => quadrants().resize(12, 8).png().toBuffer(), 'photo-too-small'],
    ['a strip too long', async () => claiming(20_001, 16), 'photo-too-large'],
    ['too many pixels', async () => claiming(19_000, 6_000), 'photo-too-large'],
  ])('refuses %s', async (_kind, make, code) => {
    const error = await failure(await make());
    expect(error.code).toBe(code);
    expect(error.message).toContain('car.jpg');
    expect(error.remedy).not.toBe('');
  });

  it('names the limit', async () => {
    expect((await failure(await claiming(20_001, 16))).message).toMatch(
      /20000 pixels a side and 100 megapixels/,
    );
  });
});

function half(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes.length >> 1);
}

/** A PNG whose header claims this size; the pixels behind it are few. */
async function claiming(claimedWidth: number, claimedHeight: number): Promise<Uint8Array> {
  const png = await quadrants().png().toBuffer();
  png.writeUInt32BE(claimedWidth, 16);
  png.writeUInt32BE(claimedHeight, 20);
  png.writeUInt32BE(crc32(png.subarray(12, 29)), 29);
  return png;
}

/** The checksum of PNG chunks (ISO 3309), bit by bit. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}
