import { describe, expect, it } from 'vitest';
import { findCars } from './cars.ts';

const [width, height] = [1024, 512];

/** A mask with white rectangles [left, top, right, bottom]. */
function maskWith(...rectangles: [number, number, number, number][]): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (const [x0, y0, x1, y1] of rectangles) {
    for (let y = y0; y < y1; y++) mask.fill(255, y * width + x0, y * width + x1);
  }
  return mask;
}

describe('findCars', () => {
  it('finds cars, the largest first, in photo pixels, and leaves specks out', () => {
    const cars = findCars(
      maskWith([700, 150, 900, 300], [50, 100, 500, 400], [1000, 0, 1020, 20]),
      width,
      height,
    );
    expect(cars.map(({ box }) => box)).toEqual([
      { x: 50, y: 100, width: 450, height: 300 },
      { x: 700, y: 150, width: 200, height: 150 },
    ]);
  });

  it('gives each car the mask of its own, soft border included', () => {
    const mask = maskWith([700, 150, 900, 300], [50, 100, 500, 400]);
    for (let y = 150; y < 300; y++) mask[y * width + 900] = 60;
    const [large, small] = findCars(mask, width, height);
    const area = (of: Uint8Array) => of.reduce((sum, value) => sum + (value >= 128 ? 1 : 0), 0);
    expect(area(large.mask)).toBe(450 * 300);
    expect(area(small.mask)).toBe(200 * 150);
    expect(small.mask[200 * width + 900]).toBe(60);
  });

  it('does not join cars that touch at a corner only', () => {
    expect(findCars(maskWith([0, 0, 200, 200], [200, 200, 400, 400]), width, height)).toHaveLength(2);
  });

  it('finds none in an empty mask', () => {
    expect(findCars(new Uint8Array(width * height), width, height)).toEqual([]);
  });
});
