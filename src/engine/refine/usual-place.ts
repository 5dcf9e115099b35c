import { cameraNames } from './camera-parameters.ts';
import { schedule } from './schedule.ts';

const [azimuth, elevation, distance] = (['azimuth', 'elevation', 'distance'] as const).map((name) =>
  cameraNames.indexOf(name),
);

/**
 * Camera parameters [7] moved towards where cars are usually photographed from: first along the line of sight to the usual
 * distance, the car as large in the picture, then up or down to the usual height of the eye. An outline hardly tells either:
 * from the side it looks the same from a little higher, and end-on a lower car from higher up looks as high. An
 * eye that the start puts far from the usual height is believed more. `targetHeight` is that of the point looked at, in car
 * lengths above the ground.
 */
export function fromUsualPlace(camera: Float64Array, targetHeight: number): Float64Array {
  const { usualDistance, usualHeight } = schedule;
  const place = camera.slice();
  place[distance] += usualDistance.share * (Math.log(usualDistance.lengths) - camera[distance]);
  const sine = (usualHeight.lengths - targetHeight) / Math.exp(place[distance]);
  const level = Math.asin(Math.max(-1, Math.min(1, sine)));
  const off = level - camera[elevation];
  place[elevation] += usualHeight.share * Math.exp(-0.5 * (off / usualHeight.reach) ** 2) * off;
  return place;
}

/**
 * How many times as high as a start says a car must be for cameras [7] moved `from` its own distance `to` another to show
 * the picture as it did: where the car is seen from the side, its roof's near edge lies nearer to the eye than the ends that
 * its length is measured at, and seen end-on the roof lies behind the end whose width it is compared with; a nearer eye sees
 * the one higher and the other lower. A pinhole's sizes go with 1 / distance, so the change goes with the difference of
 * those (schedule.roofDepth); geometric mean over the cameras.
 */
export function heightFactor(from: readonly Float64Array[], to: readonly Float64Array[]): number {
  const { side, end } = schedule.roofDepth;
  let sum = 0;
  from.forEach((camera, view) => {
    const nearer = Math.exp(-to[view][distance]) - Math.exp(-camera[distance]);
    const broadside = Math.sin(camera[azimuth]) ** 2;
    sum += nearer * (end * (1 - broadside) - side * broadside);
  });
  return Math.exp(sum / from.length);
}
