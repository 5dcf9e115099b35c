import { expect, it } from 'vitest';
import { plot, steepest } from './diffrender-plot.ts';

it('tells curves that grow faster than their size from those that do not', () => {
  const points = (power: number) => [1, 4, 16].map((x) => ({ x, y: 3 * x ** power }));
  expect(steepest(points(1))).toBeCloseTo(1, 12);
  expect(steepest(points(2))).toBeCloseTo(4, 12);
  expect(steepest(points(0.5))).toBeCloseTo(0.5, 12);
});

it('draws every point within the picture', () => {
  const svg = plot([{ label: 'faces', points: [320, 1280, 81920].map((x) => ({ x, y: x / 700 })) }]);
  const centres = [...svg.matchAll(/cx="([\d.]+)" cy="([\d.]+)"/g)].map((m) => [Number(m[1]), Number(m[2])]);
  expect(centres).toHaveLength(3);
  for (const [x, y] of centres) {
    expect(x).toBeGreaterThan(0);
    expect(x).toBeLessThan(420);
    expect(y).toBeGreaterThan(0);
    expect(y).toBeLessThan(320);
  }
  expect(svg).toContain('81,920');
});
