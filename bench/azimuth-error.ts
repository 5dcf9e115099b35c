import { azimuthDifference } from '../src/shared/viewpoint.ts';
import { median, quantile } from './statistics.ts';

export interface AzimuthSample {
  car: string;
  trueDeg: number;
  estimatedDeg: number;
}

export interface AzimuthSummary {
  medianDeg: number;
  p90Deg: number;
  /** share of pictures more than 90 degrees off */
  flips: number;
}

/** Absolute azimuth errors in degrees; a flip is an error of more than 90. */
export function summarise(samples: readonly AzimuthSample[]): AzimuthSummary {
  const errors = samples.map((s) => Math.abs(azimuthDifference(s.trueDeg, s.estimatedDeg)));
  return {
    medianDeg: median(errors),
    p90Deg: quantile(errors, 0.9),
    flips: errors.filter((e) => e > 90).length / errors.length,
  };
}

/**
 * The same samples with one constant per car removed: nominal turntable azimuths are off by a few degrees a car. The
 * constant is the median of the errors of the pictures that are not flipped.
 */
export function withoutCarOffsets(samples: readonly AzimuthSample[]): AzimuthSample[] {
  const cars = new Map<string, number[]>();
  for (const s of samples) {
    const error = azimuthDifference(s.trueDeg, s.estimatedDeg);
    if (Math.abs(error) <= 90) cars.set(s.car, [...(cars.get(s.car) ?? []), error]);
  }
  return samples.map((s) => ({ ...s, estimatedDeg: s.estimatedDeg - median(cars.get(s.car) ?? [0]) }));
}
