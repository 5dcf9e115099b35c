import { cameraCount, cameraNames } from './camera-parameters.ts';
import { schedule } from './schedule.ts';

const azimuth = cameraNames.indexOf('azimuth');

/** Sum of squared departures from the start in standard deviations, which front and back share; adds weight x gradient. */
export function cameraDeparture(
  camera: Float64Array,
  start: Float64Array,
  weight: number,
  gradient: Float64Array,
): number {
  let sum = 0;
  for (let k = 0; k < cameraCount; k++) {
    const deviation = schedule.cameraDeviations[k];
    const change = camera[k] - start[k];
    const d = (k === azimuth ? change - Math.PI * Math.round(change / Math.PI) : change) / deviation;
    sum += d * d;
    gradient[k] += (2 * weight * d) / deviation;
  }
  return sum;
}

/**
 * How far the eyes of several photos of one car stand from each other's mean (schedule.together), as log(1 + d^2) of
 * departures d in standard deviations, so that photos which were plainly taken from other places lose little; adds
 * weight x gradient to each camera's. 0 for a single camera.
 */
export function camerasApart(
  cameras: readonly Float64Array[],
  weight: number,
  gradients: readonly Float64Array[],
): number {
  let sum = 0;
  for (const name of togetherNames) {
    const k = cameraNames.indexOf(name);
    const deviation = schedule.together[name];
    const mean = meanOf(cameras.map((camera) => camera[k]));
    const apart = cameras.map((camera) => (camera[k] - mean) / deviation);
    const slopes = apart.map((d) => (2 * weight * d) / (deviation * (1 + d * d)));
    const shared = meanOf(slopes);
    slopes.forEach((slope, view) => {
      gradients[view][k] += slope - shared;
    });
    sum += apart.reduce((total, d) => total + Math.log1p(d * d), 0);
  }
  return sum;
}

/** How little cameras show of the car's length, 0..1: 1 for one that looks along it, next to 0 from 30 degrees off. */
export function lengthHidden(cameras: readonly Float64Array[]): number {
  const across = Math.max(...cameras.map((camera) => Math.abs(Math.sin(camera[azimuth]))));
  return Math.exp(-((across / schedule.endOn) ** 2));
}

const togetherNames = ['elevation', 'distance'] as const;

const meanOf = (values: readonly number[]) => values.reduce((total, x) => total + x, 0) / values.length;
