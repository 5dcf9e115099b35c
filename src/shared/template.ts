/** Labels of faces, in the order of the numbers stored in the template's `parts`. */
export const partNames = [
  'body',
  'glass',
  'wheel_fl',
  'wheel_fr',
  'wheel_rl',
  'wheel_rr',
  'lights_front',
  'lights_rear',
] as const;
export type PartName = (typeof partNames)[number];

/**
 * The mean car as one closed mesh, in car lengths (length along z = 1, wheels on y = 0, centred in x and z).
 * V = vertices, F = faces, K = shape coefficients.
 */
export interface Template {
  vertexCount: number;
  faceCount: number;
  coefficientCount: number;
  /** [V, 3] */
  vertices: Float32Array;
  /** [F, 3], counter-clockwise from outside */
  faces: Uint32Array;
  /** [F, 3, 2] per corner, in [0, 1], v down from the top row of the texture; u -> 1 - u is the car's other side */
  uv: Float32Array;
  /** [V] index of the left-right mirrored vertex */
  mirror: Uint32Array;
  /** [F] index into partNames */
  parts: Uint8Array;
  /** [K, V, 3] symmetric; shape = vertices + sum_k c_k basis_k with c_k of unit variance */
  basis: Float32Array;
  /** metres by body type */
  typicalLengths: Record<string, number>;
}
