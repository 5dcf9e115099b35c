import type { Template } from '../../shared/template.ts';

/** A car as it is stored: everything in car lengths but its length. */
export interface CarGeometry {
  template: Template;
  /** [V, 3] offsets from the template's mean, in car lengths */
  offsets: Float32Array;
  lengthMetres: number;
}

/** What a car looks like. */
export interface CarSurface {
  /** sRGB-encoded albedo atlas, square, rows from the top */
  texture: { size: number; rgb: Uint8Array };
  /** [9, 3] spherical-harmonics light in car space */
  light: ArrayLike<number>;
}

/** Vertices [V, 3] of a car in car lengths. */
export function carVertices(template: Template, offsets: ArrayLike<number>): Float64Array {
  const { vertices } = template;
  if (offsets.length !== vertices.length)
    throw new RangeError(
      `carVertices: ${offsets.length / 3} offsets given, the template has ${template.vertexCount} vertices.`,
    );
  return Float64Array.from(vertices, (x, k) => x + offsets[k]);
}
