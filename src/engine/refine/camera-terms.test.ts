import { describe, expect, it } from 'vitest';
import { cameraCount, cameraNames } from './camera-parameters.ts';
import { cameraDeparture, camerasApart, lengthHidden } from './camera-terms.ts';
import { schedule } from './schedule.ts';

const elevation = cameraNames.indexOf('elevation');
const distance = cameraNames.indexOf('distance');
const azimuth = cameraNames.indexOf('azimuth');

const level = () => new Float64Array(cameraCount);
const raised = (radians: number) => {
  const camera = level();
  camera[elevation] = radians;
  return camera;
};

/** Central differences of a sum over cameras. */
function slopes(cameras: Float64Array[], value: () => number): Float64Array[] {
  return cameras.map((camera) =>
    camera.map((x, k) => {
      camera[k] = x + 1e-6;
      const above = value();
      camera[k] = x - 1e-6;
      const below = value();
      camera[k] = x;
      return (above - below) / 2e-6;
    }),
  );
}

const spare = (count: number) => Array.from({ length: count }, level);

describe('cameraDeparture', () => {
  it('counts standard deviations, and half a turn as none', () => {
    const camera = level();
    camera[azimuth] = Math.PI + schedule.cameraDeviations[azimuth];
    camera[distance] = 2 * schedule.cameraDeviations[distance];
    expect(cameraDeparture(camera, level(), 1, level())).toBeCloseTo(5, 9);
  });
});

describe('camerasApart', () => {
  it('costs nothing for one camera, nor for cameras of one height and distance', () => {
    const gradients = spare(2);
    const other = level();
    other[azimuth] = 2;
    expect(camerasApart([raised(0.3)], 1, gradients.slice(1))).toBe(0);
    expect(camerasApart([level(), other], 1, gradients)).toBe(0);
    expect(gradients).toEqual(spare(2));
  });

  it('is the squared departure for small ones and grows with its logarithm for large ones', () => {
    const { elevation: deviation } = schedule.together;
    const cost = (deviations: number) =>
      camerasApart([raised(0), raised(2 * deviations * deviation)], 1, spare(2));
    expect(cost(0.01)).toBeCloseTo(2 * 0.01 ** 2, 7);
    expect(cost(20)).toBeCloseTo(2 * Math.log(401), 9);
  });

  it('has the gradient of its weighted sum', () => {
    const cameras = [0.1, -0.04, 0.02].map((x, view) => {
      const camera = raised(x);
      camera[distance] = 0.3 * Math.sin(view + 1);
      return camera;
    });
    const gradients = spare(3);
    camerasApart(cameras, 2, gradients);
    const wanted = slopes(cameras, () => 2 * camerasApart(cameras, 0, spare(3)));
    gradients.forEach((gradient, view) => {
      gradient.forEach((g, k) => {
        expect(g).toBeCloseTo(wanted[view][k], 5);
      });
    });
  });
});

describe('lengthHidden', () => {
  const turned = (degrees: number) => {
    const camera = level();
    camera[azimuth] = (degrees * Math.PI) / 180;
    return camera;
  };

  it('is 1 along the car, from either end, and hardly anything from 30 degrees off', () => {
    expect(lengthHidden([turned(0)])).toBe(1);
    expect(lengthHidden([turned(180)])).toBeCloseTo(1, 12);
    expect(lengthHidden([turned(30)])).toBeLessThan(0.02);
    expect(lengthHidden([turned(-90)])).toBeLessThan(1e-6);
  });

  it('asks no more than one of several cameras to see the length', () => {
    expect(lengthHidden([turned(0), turned(180), turned(60)])).toBeLessThan(0.02);
  });
});
