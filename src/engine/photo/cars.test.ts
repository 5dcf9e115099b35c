import { describe, expect, it } from 'vitest';
import { type CarMap, carAt, findCars, separateCars } from './cars.ts';

/** 40 x 20 cells of 10 x 10 pixels: a large car on the left, a smaller one on the right, and a speck. */
function twoCars(): CarMap {
  const [width, height] = [40, 20];
  const probability = new Float32Array(width * height);
  const fill = (x0: number, y0: number, x1: number, y1: number) => {
    for (let y = y0; y < y1; y++) probability.fill(0.9, y * width + x0, y * width + x1);
  };
  fill(28, 6, 36, 12);
  fill(2, 4, 20, 16);
  fill(38, 0, 40, 2);
  return { width, height, cellWidth: 10, cellHeight: 10, probability };
}

describe('separateCars', () => {
  it('finds cars, the largest first, and leaves specks out', () => {
    expect(separateCars(twoCars()).boxes).toEqual([
      { x: 20, y: 40, width: 180, height: 120 },
      { x: 280, y: 60, width: 80, height: 60 },
    ]);
  });

  it('does not join cars that touch at a corner only', () => {
    const map = twoCars();
    map.probability.fill(0);
    for (const [x0, y0] of [
      [0, 0],
      [10, 10],
    ]) {
      for (let y = y0; y < y0 + 10; y++) map.probability.fill(1, y * 40 + x0, y * 40 + x0 + 10);
    }
    expect(separateCars(map).boxes).toHaveLength(2);
  });

  it('tells which car is at a place', () => {
    const found = separateCars(twoCars());
    expect(carAt(found, 100, 100)).toBe(0);
    expect(carAt(found, 300, 90)).toBe(1);
    expect(carAt(found, 240, 90)).toBe(-1);
    expect(carAt(found, 395, 5)).toBe(-1);
  });
});

describe('findCars', () => {
  it('measures boxes in pixels of a mask larger than its grid', () => {
    const [width, height] = [1024, 512];
    const mask = new Uint8Array(width * height);
    for (let y = 100; y < 300; y++) mask.fill(255, y * width + 200, y * width + 600);
    expect(findCars(mask, width, height)).toEqual([{ x: 200, y: 100, width: 400, height: 200 }]);
    expect(findCars(new Uint8Array(width * height), width, height)).toEqual([]);
  });
});
