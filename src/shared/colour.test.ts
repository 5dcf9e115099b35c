import { expect, it } from 'vitest';
import { linearToSrgb, srgbToLinear } from './colour.ts';

it('matches the standard at known points and inverts itself', () => {
  expect(srgbToLinear(0.5)).toBeCloseTo(0.21404, 5);
  expect(linearToSrgb(0.18)).toBeCloseTo(0.46136, 5);
  for (let i = 0; i <= 255; i++) expect(linearToSrgb(srgbToLinear(i / 255)) * 255).toBeCloseTo(i, 3);
});

it('clips what a display can not show', () => {
  expect(linearToSrgb(-0.1)).toBe(0);
  expect(linearToSrgb(7)).toBe(1);
});
