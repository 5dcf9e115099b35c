import { describe, expect, it } from 'vitest';
import { cameraNames } from './camera-parameters.ts';
import { schedule } from './schedule.ts';
import { fromUsualPlace, heightFactor } from './usual-place.ts';

const at = (name: (typeof cameraNames)[number]) => cameraNames.indexOf(name);
const targetHeight = 0.16;
/** Of the eye above the ground, in car lengths. */
const height = (camera: Float64Array) =>
  targetHeight + Math.exp(camera[at('distance')]) * Math.sin(camera[at('elevation')]);
const camera = (azimuth: number) => Float64Array.of(azimuth, 0.3, 0.02, -0.4, Math.log(3), 0.01, -0.02);

describe('fromUsualPlace', () => {
  it('moves the given share of the way in log distance, then in elevation', () => {
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
      const share = usualHeight.share * Math.exp(-((level - 0.3) ** 2) / (2 * usualHeight.reach ** 2));
      expect(place[at('elevation')]).toBeCloseTo(0.3 + share * (level - 0.3), 12);
      for (const name of ['azimuth', 'roll', 'size', 'offsetX', 'offsetY'] as const)
        expect(place[at(name)]).toBe(start[at(name)]);
    }
  });

  it('brings an eye that stood too high nearer to the usual height, and leaves the start alone', () => {
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

describe('heightFactor', () => {
  const from = (azimuth: number, distance: number) =>
    Float64Array.of(azimuth, 0.1, 0, -0.4, Math.log(distance), 0, 0);
  const factor = (azimuth: number, before: number, after: number) =>
    heightFactor([from(azimuth, before)], [from(azimuth, after)]);

  it('keeps the height beside the length that a pinhole shows of the side, beside the width of an end', () => {
    const { side, end } = schedule.roofDepth;
    for (const [before, after] of [
      [2.4, 1.6],
      [1.3, 1.5],
    ]) {
      // what is `nearer` than the middle by so much is seen as large as 1 / (distance - nearer)
      const seen = (distance: number, nearer: number) => 1 / (distance - nearer);
      const beside = (distance: number, roof: number, other: number) =>
        seen(distance, roof) / seen(distance, other);
      const kept = (roof: number, other: number) => beside(before, roof, other) / beside(after, roof, other);
      for (const azimuth of [Math.PI / 2, -Math.PI / 2])
        expect(factor(azimuth, before, after)).toBeCloseTo(kept(side, 0), 2);
      for (const azimuth of [0, Math.PI])
        expect(factor(azimuth, before, after)).toBeCloseTo(kept(0.4 - end, 0.4), 1);
    }
  });

  it('leaves a car alone whose camera stays, and takes the mean over several cameras', () => {
    expect(factor(0.7, 1.5, 1.5)).toBe(1);
    const both = heightFactor([from(0, 2.4), from(Math.PI / 2, 2.4)], [from(0, 1.5), from(Math.PI / 2, 1.5)]);
    expect(both).toBeCloseTo(Math.sqrt(factor(0, 2.4, 1.5) * factor(Math.PI / 2, 2.4, 1.5)), 12);
  });
});
