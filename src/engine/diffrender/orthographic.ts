import type { Window } from './camera.ts';
import { anglesBackward, axesOf, type Orbit } from './frame.ts';
import type { CameraMatrix, Real } from './types.ts';

/** An orthographic camera in the frame of OrbitCamera; depth is measured from the eye, `distance` before the target. */
export interface OrthographicCamera extends Orbit {
  /** what the square window shows, from its upper to its lower side */
  height: number;
}

/** Order of the gradients of orthographicBackward. */
export const orthographicParameters = [
  'azimuth',
  'elevation',
  'roll',
  'distance',
  'height',
  'offsetX',
  'offsetY',
  'targetX',
  'targetY',
  'targetZ',
] as const;

const axes = new Float64Array(9);

/** The rows' constants of right, up and forward: minus the axes dotted with the target. */
function constantsOf(camera: OrthographicCamera): readonly [number, number, number] {
  const [tx, ty, tz] = camera.target;
  const constant = (row: number) => -(axes[row] * tx + axes[row + 1] * ty + axes[row + 2] * tz);
  return [constant(0), constant(3), constant(6)];
}

/**
 * The matrix [4, 4] of an orthographic camera: (X, Y, W, Z) = M (x, y, z, 1) with W = 1, pixel = (X, Y), depth = Z. `out` is
 * written and returned.
 */
export function orthographicMatrix(
  camera: OrthographicCamera,
  window: Window,
  out: CameraMatrix = new Float64Array(16),
): CameraMatrix {
  axesOf(camera, axes);
  const scale = window.size / camera.height;
  for (let k = 0; k < 3; k++) {
    out[k] = scale * axes[k];
    out[4 + k] = -scale * axes[3 + k];
    out[8 + k] = 0;
    out[12 + k] = axes[6 + k];
  }
  const [right, up, forward] = constantsOf(camera);
  out[3] = window.x + window.size * (0.5 + camera.offset[0]) + scale * right;
  out[7] = window.y + window.size * (0.5 + camera.offset[1]) - scale * up;
  out[11] = 1;
  out[15] = forward + camera.distance;
  return out;
}

/** Gradient [10] of the camera's parameters, in the order of orthographicParameters, from its matrix's. */
export function orthographicBackward(
  camera: OrthographicCamera,
  window: Window,
  gradient: Real,
  out: Float64Array = new Float64Array(10),
): Float64Array {
  axesOf(camera, axes);
  const scale = window.size / camera.height;
  const [gx, gy, gz] = [gradient[3], gradient[7], gradient[15]];
  const d = camera.target.map(
    (t, k) =>
      [
        scale * (gradient[k] - gx * t),
        -scale * (gradient[4 + k] - gy * t),
        gradient[12 + k] - gz * t,
      ] as const,
  );
  anglesBackward(camera, axes, d, out);
  out[3] = gz;
  const [right, up] = constantsOf(camera);
  let dScale = gx * right - gy * up;
  for (let k = 0; k < 3; k++) {
    dScale += gradient[k] * axes[k] - gradient[4 + k] * axes[3 + k];
    out[7 + k] = -gx * scale * axes[k] + gy * scale * axes[3 + k] - gz * axes[6 + k];
  }
  out[4] = (-dScale * scale) / camera.height;
  out[5] = window.size * gx;
  out[6] = window.size * gy;
  return out;
}
