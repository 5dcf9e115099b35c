import { expect, it } from 'vitest';
import { boxCentre } from '../src/engine/render/camera.ts';
import { carLikeTemplate } from '../src/engine/render/test-car.ts';
import { canonicalViewpoint } from '../src/shared/viewpoint.ts';
import { boxCar, boxMask } from './boxed-silhouette.ts';
import { overlapOf } from './mask-overlap.ts';

function rectangle(width: number, height: number, x0: number, y0: number, w: number, h: number): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x >= x0 && x < x0 + w && y >= y0 && y < y0 + h ? 255 : 0;
  });
}

it('forgets place and size, not shape', () => {
  const a = boxMask(rectangle(100, 80, 10, 20, 60, 30), 100, 80);
  const b = boxMask(rectangle(300, 200, 170, 5, 120, 60), 300, 200);
  const c = boxMask(rectangle(300, 200, 0, 0, 120, 120), 300, 200);
  expect(overlapOf(a, b)).toBe(1);
  expect(overlapOf(a, c)).toBeCloseTo(0.5, 2);
});

it("holds the whole car, however the photo's camera was zoomed and shifted", () => {
  const template = carLikeTemplate();
  const car = { template, offsets: new Float32Array(3 * template.vertexCount), lengthMetres: 4 };
  const [x, y, z] = boxCentre(template.vertices);
  const seen = canonicalViewpoint(60, 10, 4, [4 * x, 4 * y, 4 * z]);
  const whole = boxCar(car, seen);
  expect(overlapOf(whole, boxCar(car, { ...seen, fovDeg: 8, offset: [0.3, 0] }))).toBe(1);
  expect(overlapOf(whole, boxCar(car, { ...seen, azimuthDeg: 0 }))).toBeLessThan(0.8);
});
