import sharp from 'sharp';

/** Width and height of largePhoto: 12 megapixels. */
export const largeSize = [4000, 3000] as const;

/** A picture as a phone would give it: JPEG of 12 megapixels, with the noise of a sensor. */
export async function largePhoto(file: string): Promise<Uint8Array> {
  const [width, height] = largeSize;
  const noise = await sharp({
    create: {
      ...{ width, height, channels: 3, background: 'grey' },
      noise: { type: 'gaussian', mean: 128, sigma: 20 },
    },
  })
    .png({ compressionLevel: 1 })
    .toBuffer();
  const large = await sharp(file)
    .resize(width, height, { fit: 'cover' })
    .composite([{ input: noise, blend: 'soft-light' }])
    .jpeg({ quality: 90 })
    .toBuffer();
  return new Uint8Array(large);
}
