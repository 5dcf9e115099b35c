import { expect, it } from 'vitest';
import { summarise, withoutCarOffsets } from './azimuth-error.ts';

it('measures azimuth errors around the circle and counts flips', () => {
  const summary = summarise([
    { car: 'a', trueDeg: 350, estimatedDeg: 10 },
    { car: 'a', trueDeg: 0, estimatedDeg: 175 },
    { car: 'a', trueDeg: 90, estimatedDeg: 80 },
  ]);
  expect(summary.medianDeg).toBe(20);
  expect(summary.flips).toBeCloseTo(1 / 3);
});

it('removes one constant per car, not moved by its flips', () => {
  const samples = [0, 90, 180, 270].map((trueDeg) => ({ car: 'a', trueDeg, estimatedDeg: trueDeg + 4 }));
  const flipped = { car: 'a', trueDeg: 45, estimatedDeg: 229 };
  const corrected = withoutCarOffsets([...samples, flipped]);
  expect(summarise(corrected).medianDeg).toBe(0);
  expect(summarise(corrected).flips).toBeCloseTo(0.2);
});
