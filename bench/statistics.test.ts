import { expect, it } from 'vitest';
import { mean, median, quantile } from './statistics.ts';

it('interpolates quantiles', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(quantile([0, 10], 0.1)).toBeCloseTo(1);
  expect(median([])).toBeNaN();
});

it('averages', () => {
  expect(mean([1, 2, 6])).toBe(3);
  expect(mean([])).toBeNaN();
});
