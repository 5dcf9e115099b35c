import type { Template } from '../../shared/template.ts';

/** Height and width in car lengths by body type: means of the training cars after registration. */
const proportions: Record<string, readonly [height: number, width: number]> = {
  sedan: [0.349, 0.392],
  coupe: [0.306, 0.41],
  sports: [0.263, 0.435],
  hatchback: [0.391, 0.428],
  suv: [0.371, 0.42],
  van: [0.391, 0.391],
  pickup: [0.337, 0.355],
};

export interface BodyType {
  name: string;
  lengthMetres: number;
}

/**
 * The body type whose height and width are nearest to those of a shape [V, 3] (car lengths), and the length such cars
 * usually have. A photo holds no scale, so this is a guess that the user can correct.
 */
export function nearestBodyType(template: Template, vertices: ArrayLike<number>): BodyType {
  let height = 0;
  let halfWidth = 0;
  for (let v = 0; v < vertices.length; v += 3) {
    halfWidth = Math.max(halfWidth, Math.abs(vertices[v]));
    height = Math.max(height, vertices[v + 1]);
  }
  let best: BodyType = { name: 'car', lengthMetres: 4.5 };
  let least = Number.POSITIVE_INFINITY;
  for (const [name, lengthMetres] of Object.entries(template.typicalLengths)) {
    const typical = proportions[name];
    if (!typical) continue;
    const distance = Math.hypot(height - typical[0], 2 * halfWidth - typical[1]);
    if (distance < least) [least, best] = [distance, { name, lengthMetres }];
  }
  return best;
}
