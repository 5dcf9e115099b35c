/**
 * Real spherical harmonics up to order 2 (9 functions) in car space; Ramamoorthi and Hanrahan, "An Efficient
 * Representation for Irradiance Environment Maps", SIGGRAPH 2001. Light is [9, 3] coefficients, row-major by function,
 * with the cosine lobe and 1/pi folded in: linear rgb = albedo x sum_k c_k Y_k(n).
 */
export const shCount = 9;

/** Writes Y_0..Y_8 of the unit normal (x, y, z) into `out` at `offset`. */
export function evaluateBasis(
  x: number,
  y: number,
  z: number,
  out: Float32Array | Float64Array,
  offset = 0,
): void {
  out[offset] = 0.282095;
  out[offset + 1] = 0.488603 * y;
  out[offset + 2] = 0.488603 * z;
  out[offset + 3] = 0.488603 * x;
  out[offset + 4] = 1.092548 * x * y;
  out[offset + 5] = 1.092548 * y * z;
  out[offset + 6] = 0.315392 * (3 * z * z - 1);
  out[offset + 7] = 1.092548 * x * z;
  out[offset + 8] = 0.546274 * (x * x - y * y);
}

/** Light of the same radiance from everywhere: shading 1 for every normal. */
export function ambientLight(): Float32Array {
  const light = new Float32Array(shCount * 3);
  light.fill(1 / 0.282095, 0, 3);
  return light;
}
