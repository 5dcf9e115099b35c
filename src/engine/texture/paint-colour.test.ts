import { describe, expect, it } from 'vitest';
import { paintColour } from './paint-colour.ts';

/** `count` places of one colour. */
const places = (count: number, colour: readonly number[]) =>
  Array.from({ length: count }, () => colour).flat();

describe('paintColour', () => {
  it('is the colour of most places, whatever the others are', () => {
    const colours = [...places(70, [0.5, 0.5, 0.52]), ...places(30, [0.9, 0.1, 0.1])];
    paintColour(colours)?.forEach((value, k) => {
      expect(value).toBeCloseTo([0.5, 0.5, 0.52][k], 6);
    });
  });

  it('sees through the pale reflections on a colourful paint', () => {
    // from red to half of it mirrored sky, evenly: the median alone would be 0.3
    const colours = Array.from({ length: 101 }, (_, i) => [
      0.7 + 0.001 * i,
      0.1 + 0.004 * i,
      0.1 + 0.004 * i,
    ]);
    expect(paintColour(colours.flat())?.[1]).toBeCloseTo(0.2, 2);
  });

  it('is unknown where hardly anything is seen', () => {
    expect(paintColour(places(59, [0.5, 0.5, 0.5]))).toBeNull();
  });
});
