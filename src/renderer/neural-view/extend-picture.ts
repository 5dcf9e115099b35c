import type { Picture } from '../../shared/studio-api.ts';

/**
 * The picture in the middle of one twice as wide and high, its borders stretched outwards, so that sky and ground go on
 * beside it when the view is zoomed out.
 * @returns RGBA of 2 width x 2 height
 */
export function extendPicture({ width, height, rgba }: Picture): Uint8ClampedArray<ArrayBuffer> {
  const out = new Uint8ClampedArray(4 * width * 2 * height * 2);
  const source = new Uint32Array(rgba.slice().buffer);
  const target = new Uint32Array(out.buffer);
  const [left, top] = [width >> 1, height >> 1];
  for (let y = 0; y < 2 * height; y++) {
    const row = Math.min(height - 1, Math.max(0, y - top)) * width;
    const at = y * 2 * width;
    target.fill(source[row] ?? 0, at, at + left);
    target.set(source.subarray(row, row + width), at + left);
    target.fill(source[row + width - 1] ?? 0, at + left + width, at + 2 * width);
  }
  return out;
}

/** Mean colour of the picture's border, for what lies beyond even the extended picture. */
export function borderColour({ width, height, rgba }: Picture): string {
  const sum = [0, 0, 0];
  let count = 0;
  const add = (x: number, y: number) => {
    for (let k = 0; k < 3; k++) sum[k] += rgba[(y * width + x) * 4 + k];
    count++;
  };
  for (let x = 0; x < width; x++) {
    add(x, 0);
    add(x, height - 1);
  }
  for (let y = 0; y < height; y++) {
    add(0, y);
    add(width - 1, y);
  }
  return `rgb(${sum.map((value) => Math.round(value / count)).join(' ')})`;
}
