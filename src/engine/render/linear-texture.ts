import { srgbBytesToLinear, type Texture } from '../diffrender/index.ts';

/**
 * An sRGB atlas as linear texels, averaged over squares of `shrink` x `shrink` texels (in linear light) so that a small
 * picture doesn't alias. `shrink` must divide the size.
 */
export function linearTexture(atlas: { size: number; rgb: Uint8Array }, shrink = 1): Texture {
  const { size, rgb } = atlas;
  if (rgb.length !== 3 * size * size)
    throw new RangeError(`linearTexture: ${rgb.length} bytes given for an atlas of ${size} x ${size} rgb.`);
  const width = size / shrink;
  if (!Number.isInteger(width))
    throw new RangeError(`linearTexture: ${size} texels can't be shrunk ${shrink} times.`);
  const texels = new Float32Array(3 * width * width);
  const share = 1 / (shrink * shrink);
  for (let y = 0; y < size; y++) {
    const row = 3 * width * Math.floor(y / shrink);
    for (let x = 0; x < size; x++) {
      const to = row + 3 * Math.floor(x / shrink);
      const from = 3 * (y * size + x);
      texels[to] += srgbBytesToLinear[rgb[from]] * share;
      texels[to + 1] += srgbBytesToLinear[rgb[from + 1]] * share;
      texels[to + 2] += srgbBytesToLinear[rgb[from + 2]] * share;
    }
  }
  return { width, height: width, texels };
}

/** Largest power of two, dividing the atlas, that leaves at least `texels` of `size` texels. */
export function shrinkFor(size: number, texels: number): number {
  let shrink = 1;
  while (size % (2 * shrink) === 0 && size / (2 * shrink) >= texels) shrink *= 2;
  return shrink;
}
