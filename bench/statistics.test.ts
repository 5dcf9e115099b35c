import { expect, it } from 'vitest';
import { median, quantile } from './statistics.ts';

it('interpolates quantiles', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(quantile([0, 10], 0.1)).toBeCloseTo(1);
  expect(median([])).toBeNaN();
});
