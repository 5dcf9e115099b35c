import { expect, it } from 'vitest';
import { timelineOf } from './refine-timeline.ts';

it('finds the first change, the longest wait and the convergence of a refinement', () => {
  const moments = [
    { at: 100, loss: 0.2, changed: false },
    { at: 180, loss: 0.1, changed: true },
    { at: 300, loss: 0.0505, changed: true },
    { at: 390, loss: 0.0499, changed: true },
  ];
  expect(timelineOf(moments)).toEqual({ first: 180, gap: 120, converged: 300, last: 390 });
  expect(timelineOf(moments.slice(0, 2))).toEqual({ first: 180, gap: 80, converged: 180, last: 180 });
  expect(() => timelineOf(moments.slice(0, 1))).toThrow('no change');
  expect(() => timelineOf([])).toThrow('no change');
});
