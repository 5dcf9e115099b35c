/** A camera's place on an orbit around a target, whatever its projection; see OrbitCamera. */
export interface Orbit {
  azimuth: number;
  elevation: number;
  roll: number;
  distance: number;
  offset: readonly [number, number];
  target: readonly [number, number, number];
}

/** Rows of the frame: right, up and forward axes. */
export function axesOf(camera: Orbit, out: Float64Array): Float64Array {
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

/**
 * Writes the gradients of azimuth, elevation and roll to `out`, from the gradients d[k] = (right, up, forward) of the axes' k-th
 * components and the axes `a` themselves.
 */
export function anglesBackward(
  camera: Orbit,
  a: Float64Array,
  d: readonly (readonly [number, number, number])[],
  out: Float64Array,
): void {
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
}
