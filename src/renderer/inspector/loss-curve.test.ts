import { expect, it } from 'vitest';
import { curvePoints } from './loss-curve.tsx';

it('falls from the top left to the bottom, as far right as the run has come, skipped iterations or not', () => {
  const losses: [number, number][] = [
    [1, 4],
    [2, 2],
    [4, 1],
  ];
  expect(curvePoints(losses, 5)).toBe('0.0,6.0 50.0,46.0 150.0,66.0');
});

it('survives a flat curve, one point, none, and a loss that is not finite', () => {
  const flat: [number, number][] = [
    [1, 2],
    [2, 2],
  ];
  expect(curvePoints(flat, 2)).toBe('0.0,66.0 200.0,66.0');
  expect(curvePoints([[1, 3]], 1)).toBe('0.0,66.0');
  const broken: [number, number][] = [
    [1, 3],
    [2, Number.NaN],
    [3, 1],
  ];
  expect(curvePoints(broken, 3)).toBe('0.0,6.0 200.0,66.0');
  expect(curvePoints([], 10)).toBe('');
});
