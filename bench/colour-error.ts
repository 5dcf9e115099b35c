import sharp from 'sharp';

/**
 * How well a picture over transparency reproduces a photo, in dB: the peak signal-to-noise ratio of sRGB colours over the
 * pixels that are in the mask and that the picture covers at least half. Files of one size. Null if there is no such pixel.
 */
export async function colourPsnr(render: string, photo: string, mask: string): Promise<number | null> {
  const drawn = await sharp(render).ensureAlpha().raw().toBuffer({ resolveWithObject: true });
  const { width, height } = drawn.info;
  const [seen, wanted] = await Promise.all([
    sharp(photo).autoOrient().toColourspace('srgb').removeAlpha().raw().toBuffer(),
    sharp(mask).removeAlpha().extractChannel(0).raw().toBuffer(),
  ]);
  if (seen.length !== 3 * width * height || wanted.length !== width * height) {
    throw new Error(`colourPsnr: ${render}, ${photo} and ${mask} are not of one size`);
  }
  let [sum, count] = [0, 0];
  for (let p = 0; p < width * height; p++) {
    if ((wanted[p] ?? 0) < 128 || (drawn.data[4 * p + 3] ?? 0) < 128) continue;
    count++;
    for (let k = 0; k < 3; k++) sum += (((drawn.data[4 * p + k] ?? 0) - (seen[3 * p + k] ?? 0)) / 255) ** 2;
  }
  return count === 0 ? null : -10 * Math.log10(Math.max(1e-10, sum / (3 * count)));
}
