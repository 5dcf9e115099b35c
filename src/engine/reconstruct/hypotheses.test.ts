import { describe, expect, it } from 'vitest';
import { azimuthHypotheses } from './hypotheses.ts';

function logits(peaks: Record<number, number>): Float32Array {
  return new Float32Array(24).fill(-8).map((value, bin) => peaks[bin] ?? value);
}

describe('azimuthHypotheses', () => {
  it('gives both of two modes, the likelier first, with their residuals', () => {
    const residuals = new Float32Array(24).fill(0.2);
    const [first, second] = azimuthHypotheses(logits({ 3: 1, 4: 2, 15: 1.5 }), residuals);
    expect(first.azimuthDeg).toBeCloseTo(63, 4);
    expect(second.azimuthDeg).toBeCloseTo(228, 4);
    expect(first.probability).toBeGreaterThan(second.probability);
    expect(first.probability + second.probability).toBeCloseTo(1, 2);
  });

  it('joins bins across 0 degrees', () => {
    const [first, second] = azimuthHypotheses(
      logits({ 0: 2, 23: 1.9, 12: 1 }),
      new Float32Array(24).fill(-0.5),
    );
    expect(first.azimuthDeg).toBeCloseTo(352.5, 4);
    expect(second.azimuthDeg).toBeCloseTo(172.5, 4);
  });

  it('offers the opposite where the network is sure', () => {
    const [first, second] = azimuthHypotheses(logits({ 6: 12 }), new Float32Array(24));
    expect([first.azimuthDeg, second.azimuthDeg]).toEqual([90, 270]);
    expect(second.probability).toBeLessThan(0.01);
  });
});
