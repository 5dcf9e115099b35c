import { expect, it } from 'vitest';
import { curvePoints } from './loss-curve.tsx';

it('falls from the top left to the bottom, as far right as the run has come', () => {
  expect(curvePoints([4, 2, 1], 5)).toBe('0.0,6.0 50.0,46.0 100.0,66.0');
});

it('survives a flat curve, one point and a loss that is not finite', () => {
  expect(curvePoints([2, 2], 2)).toBe('0.0,66.0 200.0,66.0');
  expect(curvePoints([3], 1)).toBe('0.0,66.0');
  expect(curvePoints([3, Number.NaN, 1], 3)).toBe('0.0,6.0 200.0,66.0');
  expect(curvePoints([], 10)).toBe('');
});
