import { isPerspective } from './rasterise.ts';
import type { CameraMatrix } from './types.ts';

/** The cofactors over the determinant: inverse [3, 3] of the first three columns of the rows 0..2 of a camera matrix. */
function inverseOf(m: CameraMatrix): Float64Array {
  const [a, b, c, , d, e, f, , g, h, i] = m;
  const [p, q, r] = [e * i - f * h, f * g - d * i, d * h - e * g];
  const s = 1 / (a * p + b * q + c * r);
  return Float64Array.of(
    p * s,
    (c * h - b * i) * s,
    (b * f - c * e) * s,
    q * s,
    (a * i - c * g) * s,
    (c * d - a * f) * s,
    r * s,
    (b * g - a * h) * s,
    (a * e - b * d) * s,
  );
}

/**
 * Where the camera stands, as (x, y, z, 1), the point whose X, Y and W vanish; or for an orthographic camera the unit direction
 * towards it, as (x, y, z, 0).
 */
export function eyeOf(camera: CameraMatrix): Float64Array {
  if (!isPerspective(camera)) {
    const length = Math.hypot(camera[12], camera[13], camera[14]);
    return Float64Array.of(-camera[12] / length, -camera[13] / length, -camera[14] / length, 0);
  }
  const inverse = inverseOf(camera);
  const eye = new Float64Array(4);
  eye[3] = 1;
  for (let row = 0; row < 3; row++) {
    for (let k = 0; k < 3; k++) eye[row] -= inverse[3 * row + k] * camera[4 * k + 3];
  }
  return eye;
}

/** Adds the camera matrix's gradient that belongs to a gradient [3] of the eye: with A eye = -t, dt = -A^-T g, dA = dt eye^T. */
export function eyeBackward(
  camera: CameraMatrix,
  eye: Float64Array,
  gradient: Float64Array,
  cameraGradient: Float64Array,
): void {
  if (eye[3] === 0) {
    const length = Math.hypot(camera[12], camera[13], camera[14]);
    const along = gradient[0] * eye[0] + gradient[1] * eye[1] + gradient[2] * eye[2];
    for (let k = 0; k < 3; k++) cameraGradient[12 + k] -= (gradient[k] - along * eye[k]) / length;
    return;
  }
  const inverse = inverseOf(camera);
  for (let row = 0; row < 3; row++) {
    const dt = -(
      inverse[row] * gradient[0] +
      inverse[3 + row] * gradient[1] +
      inverse[6 + row] * gradient[2]
    );
    for (let k = 0; k < 3; k++) cameraGradient[4 * row + k] += dt * eye[k];
    cameraGradient[4 * row + 3] += dt;
  }
}
