import { describe, expect, it } from 'vitest';
import { linearToSrgb, srgbToLinear } from '../../shared/colour.ts';
import { bareColour, coatedGain } from './clear-coat.ts';

/** What a photo shows of a paint [3], linear, under a coat that mirrors a white surrounding: sRGB. */
const coated = (paint: readonly number[]) => paint.map((value) => linearToSrgb(0.9 * value + 0.03));

describe('bareColour', () => {
  it('finds the paint under its coat: dark blue is less pale, white no darker', () => {
    for (const paint of [
      [0.04, 0.06, 0.2],
      [0.3, 0.3, 0.3],
      [0.8, 0.82, 0.85],
    ]) {
      bareColour(coated(paint)).forEach((value, k) => {
        expect(srgbToLinear(value)).toBeCloseTo(paint[k], 5);
      });
    }
  });

  it('leaves half of what is darker than all that a coat mirrors', () => {
    const [black, dark] = bareColour([0, linearToSrgb(0.02), 1]);
    expect(black).toBe(0);
    expect(srgbToLinear(dark)).toBeCloseTo(0.01, 5);
  });

  it('stays within what can be displayed', () => {
    expect(bareColour([1, 1, 1])).toEqual([1, 1, 1]);
  });
});

describe('coatedGain', () => {
  it('is what the coat mirrors of the paint, and at most two and a half times', () => {
    expect(coatedGain([0.3, 0.3, 0.3])).toBeCloseTo(1 / (1 - 0.03 / 0.3), 5);
    expect(coatedGain([0.01, 0.01, 0.01])).toBeCloseTo(2.5, 5);
  });
});
