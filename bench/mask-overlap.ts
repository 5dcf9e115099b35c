import sharp from 'sharp';

/** One channel of a picture, 0..255: a drawing's alpha, or a mask file's grey. */
async function read(
  file: string,
  channel: 'alpha' | 'grey',
): Promise<{ data: Uint8Array; width: number; height: number }> {
  const picture =
    channel === 'alpha' ? sharp(file).ensureAlpha().extractChannel(3) : sharp(file).toColourspace('b-w');
  const { data, info } = await picture.raw().toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  return { data: data.filter((_value, i) => i % channels === 0), width, height };
}

/** Intersection over union of what is at least 128 in two masks of one length; 0 for two empty ones. */
export function overlapOf(a: Uint8Array, b: Uint8Array): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    const [inA, inB] = [(a[i] ?? 0) >= 128, (b[i] ?? 0) >= 128];
    if (inA && inB) both++;
    if (inA || inB) either++;
  }
  return either === 0 ? 0 : both / either;
}

/** overlapOf a picture over transparency and a mask file. Throws where they are not of one size. */
export async function maskOverlap(render: string, mask: string): Promise<number> {
  const [a, b] = [await read(render, 'alpha'), await read(mask, 'grey')];
  if (a.width !== b.width || a.height !== b.height) {
    throw new Error(`maskOverlap: ${render} is ${a.width}x${a.height}, ${mask} is ${b.width}x${b.height}`);
  }
  return overlapOf(a.data, b.data);
}
