import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { decodeMask } from './mask.ts';

describe('decodeMask', () => {
  it('reads a grey or a colour picture of the right size', async () => {
    const white = sharp({ create: { width: 20, height: 10, channels: 3, background: 'white' } });
    expect(await decodeMask(await white.png().toBuffer(), 20, 10)).toEqual(new Uint8Array(200).fill(255));
  });

  it('turns a mask upright as its EXIF says, like the photo', async () => {
    const data = Buffer.alloc(20 * 10);
    data.fill(255, 0, 20 * 5);
    const lying = sharp(data, { raw: { width: 20, height: 10, channels: 1 } }).withMetadata({
      orientation: 6,
    });
    const mask = await decodeMask(await lying.png().toBuffer(), 10, 20);
    expect([mask[0], mask[9]]).toEqual([0, 255]);
  });

  it('refuses another size and what is not a picture', async () => {
    const mask = await sharp({ create: { width: 20, height: 10, channels: 3, background: 'white' } })
      .png()
      .toBuffer();
    await expect(decodeMask(mask, 10, 20)).rejects.toMatchObject({
      code: 'mask-size',
      message: expect.stringContaining('20 x 10'),
    });
    await expect(decodeMask(Buffer.from('no'), 10, 20)).rejects.toMatchObject({
      code: 'photo-not-a-picture',
    });
  });

  it('refuses a mask of another size before it reads its pixels, however many there are', async () => {
    const black = sharp({ create: { width: 20, height: 10, channels: 3, background: 'black' } });
    const png = await black.png().toBuffer();
    png.writeUInt32BE(15_000, 16);
    png.writeUInt32BE(15_000, 20);
    await expect(decodeMask(png, 20, 10)).rejects.toMatchObject({ code: 'mask-size' });
  });

  it('refuses an empty file', async () => {
    await expect(decodeMask(new Uint8Array(0), 10, 20)).rejects.toMatchObject({
      code: 'photo-not-a-picture',
    });
  });
});
