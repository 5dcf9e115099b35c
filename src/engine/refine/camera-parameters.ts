import { type OrbitCamera, orbitCameraBackward, type Window } from '../diffrender/index.ts';

/**
 * The seven numbers that refinement moves, chosen so that each changes one thing in the picture: azimuth, elevation, roll
 * (radians), log of the size in the picture (distance x tan(fov / 2)), log distance at equal size (the strength of
 * perspective, which a photo tells only weakly), offset right and down.
 */
export const cameraNames = [
  'azimuth',
  'elevation',
  'roll',
  'size',
  'distance',
  'offsetX',
  'offsetY',
] as const;
export const cameraCount = cameraNames.length;

/** The parameters [7] of a camera in car lengths, in the order of cameraNames. */
export function cameraParameters(camera: OrbitCamera): Float64Array {
  return Float64Array.of(
    camera.azimuth,
    camera.elevation,
    camera.roll,
    Math.log(camera.distance * Math.tan(camera.fov / 2)),
    Math.log(camera.distance),
    camera.offset[0],
    camera.offset[1],
  );
}

/** The camera of parameters [7], looking at `target` (car lengths); the other way around from cameraParameters. */
export function cameraOf(parameters: Float64Array, target: OrbitCamera['target']): OrbitCamera {
  const [azimuth, elevation, roll, size, distance, x, y] = parameters;
  return {
    azimuth,
    elevation,
    roll,
    distance: Math.exp(distance),
    fov: 2 * Math.atan(Math.exp(size - distance)),
    offset: [x, y],
    target,
  };
}

/** Gradient [7] of the parameters from that of the camera's matrix; written to `out`. */
export function cameraBackward(
  camera: OrbitCamera,
  window: Window,
  matrixGradient: Float64Array,
  out: Float64Array,
): void {
  const g = orbitCameraBackward(camera, window, matrixGradient);
  const tangent = Math.tan(camera.fov / 2);
  // fov = 2 atan(tangent), tangent = exp(size - distance)
  const size = (g[4] * 2 * tangent) / (1 + tangent * tangent);
  out[0] = g[0];
  out[1] = g[1];
  out[2] = g[2];
  out[3] = size;
  out[4] = g[3] * camera.distance - size;
  out[5] = g[5];
  out[6] = g[6];
}

/** Keeps parameters, in place, where a picture can be made: not under the ground's back, not inside the car, 3 to 120 degrees. */
export function clampCamera(parameters: Float64Array): void {
  const clamp = (k: number, low: number, high: number) => {
    parameters[k] = Math.min(high, Math.max(low, parameters[k]));
  };
  clamp(1, -0.6, 1.5);
  clamp(2, -0.8, 0.8);
  clamp(4, Math.log(0.8), Math.log(40));
  clamp(3, parameters[4] + Math.log(Math.tan(0.026)), parameters[4] + Math.log(Math.tan(1.05)));
}
