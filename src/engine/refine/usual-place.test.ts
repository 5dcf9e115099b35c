import { describe, expect, it } from 'vitest';
import { cameraNames } from './camera-parameters.ts';
import { schedule } from './schedule.ts';
import { fromUsualPlace } from './usual-place.ts';

const at = (name: (typeof cameraNames)[number]) => cameraNames.indexOf(name);
const targetHeight = 0.16;
/** Of the eye above the ground, in car lengths. */
const height = (camera: Float64Array) =>
  targetHeight + Math.exp(camera[at('distance')]) * Math.sin(camera[at('elevation')]);
const camera = (azimuth: number) => Float64Array.of(azimuth, 0.3, 0.02, -0.4, Math.log(3), 0.01, -0.02);

describe('fromUsualPlace', () => {
  it('moves the given share of the way in log distance, and in elevation by how much of the side is seen', () => {
    const { usualDistance, usualHeight } = schedule;
    for (const azimuth of [0, Math.PI / 4, Math.PI / 2, Math.PI, -Math.PI / 2]) {
      const start = camera(azimuth);
      const place = fromUsualPlace(start, targetHeight);
      const distance = Math.exp(place[at('distance')]);
      expect(distance).toBeCloseTo(
        3 ** (1 - usualDistance.share) * usualDistance.lengths ** usualDistance.share,
        12,
      );
      const level = Math.asin((usualHeight.lengths - targetHeight) / distance);
      const share = usualHeight.share * Math.sin(azimuth) ** 2;
      expect(place[at('elevation')]).toBeCloseTo(0.3 + share * (level - 0.3), 12);
      for (const name of ['azimuth', 'roll', 'size', 'offsetX', 'offsetY'] as const)
        expect(place[at(name)]).toBe(start[at(name)]);
    }
  });

  it('brings an eye that stood too high over the side nearer to the usual height, and leaves the start alone', () => {
    const start = camera(Math.PI / 2);
    const kept = start.slice();
    const place = fromUsualPlace(start, targetHeight);
    expect(start).toEqual(kept);
    const off = (c: Float64Array) => Math.abs(height(c) - schedule.usualHeight.lengths);
    expect(off(place)).toBeLessThan(0.3 * off(start));
  });

  it('stays a camera where the target stands far above the usual height', () => {
    expect(fromUsualPlace(camera(Math.PI / 2), 30).every(Number.isFinite)).toBe(true);
  });
});
