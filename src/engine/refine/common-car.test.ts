import { describe, expect, it } from 'vitest';
import { carLikeTemplate } from '../render/test-car.ts';
import { commonCar } from './common-car.ts';
import { knownPhotos } from './test-photo.ts';

describe('commonCar', () => {
  const template = carLikeTemplate(1);
  const { viewpoint } = knownPhotos(template, 1, 0).view;
  const size = template.vertices.length;

  it('is the estimate itself where there is one', () => {
    const estimate = { offsets: new Float32Array(size).fill(0.1), lengthMetres: 4, viewpoint };
    const { viewpoints, offsets } = commonCar(template, [estimate]);
    expect(offsets).toEqual(estimate.offsets);
    expect(viewpoints).toEqual([viewpoint]);
  });

  it('takes the mean shape, and keeps each camera where it stood in car lengths', () => {
    const { offsets, viewpoints } = commonCar(template, [
      { offsets: new Float32Array(size).fill(0.1), lengthMetres: 4, viewpoint },
      { offsets: new Float32Array(size).fill(0.3), lengthMetres: 5, viewpoint },
    ]);
    expect(offsets[7]).toBeCloseTo(0.2, 6);
    expect(viewpoints[0]).toEqual(viewpoint);
    expect(viewpoints[1].distance / 4).toBeCloseTo(viewpoint.distance / 5, 10);
    expect(viewpoints[1].target[1] / 4).toBeCloseTo(viewpoint.target[1] / 5, 10);
    expect(viewpoints[1].azimuthDeg).toBe(viewpoint.azimuthDeg);
  });
});
