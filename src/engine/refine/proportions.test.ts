import { describe, expect, it } from 'vitest';
import { carLikeTemplate } from '../render/test-car.ts';
import { proportionsLoss, proportionsOf, usualProportions } from './proportions.ts';

describe('proportionsOf', () => {
  it('gives mean and inverse covariance of the logarithms, whatever the unit', () => {
    const cars = [
      [Math.exp(1), 1, 1],
      [Math.exp(3), 1, 1],
      [Math.exp(2), Math.exp(2), Math.exp(1)],
    ] as const;
    const { mean, precision } = proportionsOf(cars);
    // logs (-1, -1), (-3, -3), (0, -1): covariance [[14, 10], [10, 8]] / 9
    expect(mean[0]).toBeCloseTo(-4 / 3, 12);
    expect(mean[1]).toBeCloseTo(-5 / 3, 12);
    [6, -7.5, 10.5].forEach((expected, k) => {
      expect(precision[k]).toBeCloseTo(expected, 9);
    });
    const metres = proportionsOf(cars.map(([l, w, h]) => [l / 1000, w / 1000, h / 1000]));
    expect(metres.mean[0]).toBeCloseTo(mean[0], 12);
  });

  it('finds real cars about 0.41 of their length wide and 0.34 high', () => {
    const [w, h] = usualProportions.mean;
    expect(Math.exp(w)).toBeCloseTo(0.41, 2);
    expect(Math.exp(h)).toBeCloseTo(0.34, 2);
  });
});

describe('proportionsLoss', () => {
  const { vertices } = carLikeTemplate();
  const box = (w: number, h: number, l: number) =>
    Float64Array.of(-w / 2, 0, l / 2, w / 2, 0, -l / 2, 0, h, 0);

  it('costs nothing for the mean car of any size', () => {
    const [w, h] = usualProportions.mean.map(Math.exp);
    expect(proportionsLoss(box(3 * w, 3 * h, 3)).loss).toBeCloseTo(0, 12);
  });

  it('costs one for a standard deviation along one axis alone', () => {
    const usual = { mean: [Math.log(0.4), Math.log(0.3)], precision: [400, 0, 100] } as const;
    expect(proportionsLoss(box(0.4 * Math.exp(0.05), 0.3, 1), usual).loss).toBeCloseTo(1, 9);
    expect(proportionsLoss(box(0.4, 0.3 * Math.exp(-0.1), 1), usual).loss).toBeCloseTo(1, 9);
  });

  it('has the gradient of central differences, both sides of the car moving alike', () => {
    const car = Float64Array.from(vertices, (x, k) => x * [1.1, 0.9, 1.2][k % 3]);
    const { gradients } = proportionsLoss(car);
    expect(gradients).toHaveLength(4);
    for (const { coordinate, gradient } of gradients) {
      const at = (step: number) => {
        const moved = car.slice();
        moved[coordinate] += step;
        return proportionsLoss(moved).loss;
      };
      expect((at(1e-6) - at(-1e-6)) / 2e-6 / gradient).toBeCloseTo(1, 4);
    }
  });
});
