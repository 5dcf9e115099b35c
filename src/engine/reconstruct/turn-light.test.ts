import { describe, expect, it } from 'vitest';
import { evaluateBasis } from '../../shared/spherical-harmonics.ts';
import { turnLight } from './turn-light.ts';

function shade(light: ArrayLike<number>, x: number, y: number, z: number): number[] {
  const basis = new Float64Array(9);
  evaluateBasis(x, y, z, basis);
  return [0, 1, 2].map((channel) => basis.reduce((sum, value, k) => sum + value * light[3 * k + channel], 0));
}

describe('turnLight', () => {
  const light = Float32Array.from({ length: 27 }, (_, i) => Math.sin(1 + 2.7 * i));

  it.each([0, 40, 90, 180, -77])(
    'shades a direction like the one it came from, turned by %i degrees',
    (degrees) => {
      const turn = (degrees * Math.PI) / 180;
      const turned = turnLight(light, turn);
      for (const angle of [0.3, 1.9, 4.4]) {
        for (const y of [-0.8, 0.1, 0.6]) {
          const r = Math.sqrt(1 - y * y);
          const before = shade(light, r * Math.sin(angle), y, r * Math.cos(angle));
          const after = shade(turned, r * Math.sin(angle + turn), y, r * Math.cos(angle + turn));
          after.forEach((value, channel) => {
            expect(value).toBeCloseTo(before[channel], 4);
          });
        }
      }
    },
  );
});
