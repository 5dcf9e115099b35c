import type { CameraMatrix, Real } from './types.ts';

/**
 * A camera on an orbit around a target. Angles in radians; azimuth 0 stands on +Z, pi/2 on +X; elevation is positive
 * above; offset shifts the principal point in fractions of the window, right and down.
 */
export interface OrbitCamera {
  azimuth: number;
  elevation: number;
  roll: number;
  distance: number;
  /** full angle of the square window */
  fov: number;
  offset: readonly [number, number];
  target: readonly [number, number, number];
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

/** Rows of the frame: right, up and forward axes. */
function axesOf(camera: OrbitCamera, out: Float64Array): Float64Array {
  const [sa, ca] = [Math.sin(camera.azimuth), Math.cos(camera.azimuth)];
  const [se, ce] = [Math.sin(camera.elevation), Math.cos(camera.elevation)];
  const [sr, cr] = [Math.sin(camera.roll), Math.cos(camera.roll)];
  const [ux, uy, uz] = [-sa * se, ce, -ca * se];
  out[0] = cr * ca - sr * ux;
  out[1] = -sr * uy;
  out[2] = -cr * sa - sr * uz;
  out[3] = cr * ux + sr * ca;
  out[4] = cr * uy;
  out[5] = cr * uz - sr * sa;
  out[6] = -sa * ce;
  out[7] = -se;
  out[8] = -ca * ce;
  return out;
}

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
  const dot = (axis: number, x: number, y: number, z: number) =>
    d[0][axis] * x + d[1][axis] * y + d[2][axis] * z;

  const [sa, ca] = [Math.sin(camera.azimuth), Math.cos(camera.azimuth)];
  const [se, ce] = [Math.sin(camera.elevation), Math.cos(camera.elevation)];
  const [sr, cr] = [Math.sin(camera.roll), Math.cos(camera.roll)];
  out[0] =
    dot(0, -cr * sa + sr * ca * se, 0, -cr * ca - sr * sa * se) +
    dot(1, -cr * ca * se - sr * sa, 0, cr * sa * se - sr * ca) +
    dot(2, -ca * ce, 0, sa * ce);
  out[1] =
    dot(0, -sr * a[6], -sr * a[7], -sr * a[8]) +
    dot(1, cr * a[6], cr * a[7], cr * a[8]) +
    dot(2, sa * se, -ce, ca * se);
  out[2] = dot(0, -a[3], -a[4], -a[5]) + dot(1, a[0], a[1], a[2]);
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

/** Orthographic camera: same frame, `height` is what the window shows; depth is measured from the eye. */
export function orthographicMatrix(
  camera: Omit<OrbitCamera, 'fov'>,
  window: Window,
  height: number,
  out: CameraMatrix = new Float64Array(16),
): CameraMatrix {
  axesOf({ ...camera, fov: 1 }, axes);
  const [tx, ty, tz] = camera.target;
  const scale = window.size / height;
  for (let k = 0; k < 3; k++) {
    out[k] = scale * axes[k];
    out[4 + k] = -scale * axes[3 + k];
    out[8 + k] = 0;
    out[12 + k] = axes[6 + k];
  }
  const constant = (row: number) => -(axes[row] * tx + axes[row + 1] * ty + axes[row + 2] * tz);
  out[3] = window.x + window.size * (0.5 + camera.offset[0]) + scale * constant(0);
  out[7] = window.y + window.size * (0.5 + camera.offset[1]) - scale * constant(3);
  out[11] = 1;
  out[15] = constant(6) + camera.distance;
  return out;
}
