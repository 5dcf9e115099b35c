import type { CarMap } from './cars.ts';

/**
 * Draws a map of probabilities into a mask of the photo's size, from `origin` (photo pixels) on: bilinear, its slope at
 * 0.5 steepened so that the border is a few photo pixels wide. What the mask holds already stays where it is larger.
 */
export function paintMask(
  map: CarMap,
  origin: { x: number; y: number },
  mask: Uint8ClampedArray,
  width: number,
  height: number,
): void {
  const { probability, cellWidth, cellHeight } = map;
  const slope = 255 * Math.max(1, Math.min(cellWidth, cellHeight) / 2);
  const intercept = 128 - slope / 2;
  const [left, top] = [Math.max(0, Math.floor(origin.x)), Math.max(0, Math.floor(origin.y))];
  const right = Math.min(width, Math.ceil(origin.x + map.width * cellWidth));
  const bottom = Math.min(height, Math.ceil(origin.y + map.height * cellHeight));
  const columns = new Int32Array(right);
  const fractions = new Float32Array(right);
  for (let x = left; x < right; x++) {
    const at = Math.min(map.width - 1, Math.max(0, (x + 0.5 - origin.x) / cellWidth - 0.5));
    columns[x] = Math.min(map.width - 2, Math.floor(at));
    fractions[x] = at - columns[x];
  }
  const row = new Float32Array(map.width);
  for (let y = top; y < bottom; y++) {
    const at = Math.min(map.height - 1, Math.max(0, (y + 0.5 - origin.y) / cellHeight - 0.5));
    const above = Math.min(map.height - 2, Math.floor(at));
    const fraction = at - above;
    const start = above * map.width;
    let any = false;
    for (let x = 0; x < map.width; x++) {
      row[x] = probability[start + x] * (1 - fraction) + probability[start + map.width + x] * fraction;
      any ||= row[x] > 0;
    }
    if (!any) continue;
    for (let x = left; x < right; x++) {
      const cell = columns[x];
      const value = row[cell] + (row[cell + 1] - row[cell]) * fractions[x];
      mask[y * width + x] = Math.max(mask[y * width + x], intercept + slope * value);
    }
  }
}
