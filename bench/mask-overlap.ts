import sharp from 'sharp';

/** Which pixels of a picture's channel are at least half on, as 0/1 bytes. */
async function binary(
  file: string,
  channel: 'alpha' | 'grey',
): Promise<{ data: Buffer; width: number; height: number }> {
  const picture =
    channel === 'alpha' ? sharp(file).ensureAlpha().extractChannel(3) : sharp(file).toColourspace('b-w');
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  const step = info.channels;
  const on = Buffer.alloc(info.width * info.height);
  for (let i = 0; i < on.length; i++) on[i] = (data[i * step] ?? 0) >= 128 ? 1 : 0;
  return { data: on, width: info.width, height: info.height };
}

/** Intersection over union of two masks of one size; `alpha` reads a picture over transparency, `grey` a mask file. */
export async function maskOverlap(file: string, channel: 'alpha' | 'grey', truth: string): Promise<number> {
  const [a, b] = [await binary(file, channel), await binary(truth, 'grey')];
  if (a.width !== b.width || a.height !== b.height) {
    throw new Error(`maskOverlap: ${file} is ${a.width}x${a.height}, ${truth} is ${b.width}x${b.height}`);
  }
  let both = 0;
  let either = 0;
  for (let i = 0; i < a.data.length; i++) {
    both += (a.data[i] ?? 0) & (b.data[i] ?? 0);
    either += (a.data[i] ?? 0) | (b.data[i] ?? 0);
  }
  return either === 0 ? 0 : both / either;
}
