import { realCars } from './real-cars.ts';

/** Mean and inverse covariance of ln(width / length) and ln(height / length). */
export interface UsualProportions {
  mean: readonly [number, number];
  /** [xx, xy, yy] */
  precision: readonly [number, number, number];
}

export const usualProportions = proportionsOf(Object.values(realCars));

/** Of cars [length, width, height] in any unit. */
export function proportionsOf(
  cars: readonly (readonly [length: number, width: number, height: number])[],
): UsualProportions {
  const logs = cars.map(([length, width, height]) => [Math.log(width / length), Math.log(height / length)]);
  const meanOf = (values: readonly number[]) => values.reduce((sum, x) => sum + x, 0) / values.length;
  const mean = [meanOf(logs.map(([w]) => w)), meanOf(logs.map(([, h]) => h))] as const;
  const xx = meanOf(logs.map(([w]) => (w - mean[0]) ** 2));
  const yy = meanOf(logs.map(([, h]) => (h - mean[1]) ** 2));
  const xy = meanOf(logs.map(([w, h]) => (w - mean[0]) * (h - mean[1])));
  const determinant = xx * yy - xy * xy;
  return { mean, precision: [yy / determinant, -xy / determinant, xx / determinant] };
}

/** One coordinate of a vertex and the loss's gradient along it. */
export interface CoordinateGradient {
  /** index into vertices [V, 3] */
  coordinate: number;
  gradient: number;
}

/**
 * Squared Mahalanobis distance of a symmetric car's width and height, in shares of its length, from those of real cars: 2 on
 * average. The extents are those of the outermost vertices, whose coordinates have all the gradient; height is above y = 0.
 */
export function proportionsLoss(
  vertices: ArrayLike<number>,
  { mean, precision: [xx, xy, yy] }: UsualProportions = usualProportions,
): { loss: number; gradients: CoordinateGradient[] } {
  let [side, top, rear, front] = [0, 1, 2, 2];
  for (let k = 0; k < vertices.length; k += 3) {
    if (vertices[k] > vertices[side]) side = k;
    if (vertices[k + 1] > vertices[top]) top = k + 1;
    if (vertices[k + 2] < vertices[rear]) rear = k + 2;
    if (vertices[k + 2] > vertices[front]) front = k + 2;
  }
  const length = vertices[front] - vertices[rear];
  const w = Math.log((2 * vertices[side]) / length) - mean[0];
  const h = Math.log(vertices[top] / length) - mean[1];
  const [ofW, ofH] = [2 * (xx * w + xy * h), 2 * (xy * w + yy * h)];
  return {
    loss: xx * w * w + 2 * xy * w * h + yy * h * h,
    gradients: [
      { coordinate: side, gradient: ofW / vertices[side] },
      { coordinate: top, gradient: ofH / vertices[top] },
      { coordinate: front, gradient: -(ofW + ofH) / length },
      { coordinate: rear, gradient: (ofW + ofH) / length },
    ],
  };
}
