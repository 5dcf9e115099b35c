import { anglesBackward, axesOf, type Orbit } from './frame.ts';
import type { CameraMatrix, Real } from './types.ts';

/**
 * A camera on an orbit around a target. Angles in radians; azimuth 0 stands on +Z, pi/2 on +X; elevation is positive
 * above; offset shifts the principal point in fractions of the window, right and down.
 */
export interface OrbitCamera extends Orbit {
  /** full angle of the square window */
  fov: number;
}

/** The square in the picture's pixels that the field of view spans; it may lie anywhere and reach beyond the picture. */
export interface Window {
  x: number;
  y: number;
  size: number;
}

/** Order of the gradients of orbitCameraBackward. */
export const orbitParameters = [
  'azimuth',
  'elevation',
  'roll',
  'distance',
  'fov',
  'offsetX',
  'offsetY',
  'targetX',
  'targetY',
  'targetZ',
] as const;

const axes = new Float64Array(9);

/**
 * The matrix [4, 4] of a perspective camera: (X, Y, W, Z) = M (x, y, z, 1), pixel = (X, Y) / W, depth = Z (= W here).
 * `out` is written and returned.
 */
export function orbitCameraMatrix(
  camera: OrbitCamera,
  window: Window,
  out: CameraMatrix = new Float64Array(16),
): CameraMatrix {
  axesOf(camera, axes);
  const [tx, ty, tz] = camera.target;
  const focal = window.size / (2 * Math.tan(camera.fov / 2));
  const cx = window.x + window.size * (0.5 + camera.offset[0]);
  const cy = window.y + window.size * (0.5 + camera.offset[1]);
  const r = -(axes[0] * tx + axes[1] * ty + axes[2] * tz);
  const u = -(axes[3] * tx + axes[4] * ty + axes[5] * tz);
  const f = -(axes[6] * tx + axes[7] * ty + axes[8] * tz) + camera.distance;
  for (let k = 0; k < 3; k++) {
    out[k] = cx * axes[6 + k] + focal * axes[k];
    out[4 + k] = cy * axes[6 + k] - focal * axes[3 + k];
    out[8 + k] = axes[6 + k];
    out[12 + k] = axes[6 + k];
  }
  out[3] = cx * f + focal * r;
  out[7] = cy * f - focal * u;
  out[11] = f;
  out[15] = f;
  return out;
}

/**
 * Gradient [10] of a loss with respect to the camera's parameters, in the order of `orbitParameters`, from its gradient
 * with respect to the matrix of orbitCameraMatrix. `out` is written and returned.
 */
export function orbitCameraBackward(
  camera: OrbitCamera,
  window: Window,
  gradient: Real,
  out: Float64Array = new Float64Array(10),
): Float64Array {
  axesOf(camera, axes);
  const a = axes;
  const [tx, ty, tz] = camera.target;
  const tangent = Math.tan(camera.fov / 2);
  const focal = window.size / (2 * tangent);
  const cx = window.x + window.size * (0.5 + camera.offset[0]);
  const cy = window.y + window.size * (0.5 + camera.offset[1]);
  const r = -(a[0] * tx + a[1] * ty + a[2] * tz);
  const u = -(a[3] * tx + a[4] * ty + a[5] * tz);
  const f = -(a[6] * tx + a[7] * ty + a[8] * tz) + camera.distance;

  const gx3 = gradient[3];
  const gy3 = gradient[7];
  const gz3 = gradient[11] + gradient[15];
  // a row's constant is minus the row's vector dotted with the target, plus distance for the depth
  const towards = (k: number, t: number) => {
    const gx = gradient[k] - gx3 * t;
    const gy = gradient[4 + k] - gy3 * t;
    const gz = gradient[8 + k] + gradient[12 + k] - gz3 * t;
    return [focal * gx, -focal * gy, cx * gx + cy * gy + gz] as const;
  };
  const d = [towards(0, tx), towards(1, ty), towards(2, tz)];
  anglesBackward(camera, a, d, out);
  out[3] = cx * gx3 + cy * gy3 + gz3;

  const dFocal =
    gradient[0] * a[0] +
    gradient[1] * a[1] +
    gradient[2] * a[2] +
    gx3 * r -
    (gradient[4] * a[3] + gradient[5] * a[4] + gradient[6] * a[5] + gy3 * u);
  out[4] = (-dFocal * window.size * (1 + tangent * tangent)) / (4 * tangent * tangent);
  const dot6 = (row: number) =>
    gradient[row] * a[6] + gradient[row + 1] * a[7] + gradient[row + 2] * a[8] + gradient[row + 3] * f;
  out[5] = window.size * dot6(0);
  out[6] = window.size * dot6(4);

  for (let k = 0; k < 3; k++) {
    out[7 + k] =
      -gx3 * (cx * a[6 + k] + focal * a[k]) - gy3 * (cy * a[6 + k] - focal * a[3 + k]) - gz3 * a[6 + k];
  }
  return out;
}
