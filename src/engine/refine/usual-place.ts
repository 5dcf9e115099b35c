import { cameraNames } from './camera-parameters.ts';
import { schedule } from './schedule.ts';

const [azimuth, elevation, distance] = (['azimuth', 'elevation', 'distance'] as const).map((name) =>
  cameraNames.indexOf(name),
);

/**
 * Camera parameters [7] moved towards where cars are usually photographed from: first along the line of sight to the usual
 * distance, the car as large in the picture, then up or down to the usual height of the eye, the more the more it sees of
 * the car's side: an outline from the side hardly tells the elevation, one end-on does, by the length behind it.
 * `targetHeight` is that of the point looked at, in car lengths above the ground.
 */
export function fromUsualPlace(camera: Float64Array, targetHeight: number): Float64Array {
  const { usualDistance, usualHeight } = schedule;
  const place = camera.slice();
  place[distance] += usualDistance.share * (Math.log(usualDistance.lengths) - camera[distance]);
  const sine = (usualHeight.lengths - targetHeight) / Math.exp(place[distance]);
  const level = Math.asin(Math.max(-1, Math.min(1, sine)));
  place[elevation] += usualHeight.share * Math.sin(camera[azimuth]) ** 2 * (level - camera[elevation]);
  return place;
}
