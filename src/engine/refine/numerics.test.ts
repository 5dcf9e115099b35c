import { describe, expect, it } from 'vitest';
import type { Crop } from '../../shared/viewpoint.ts';
import { type OrbitCamera, orbitCameraMatrix } from '../diffrender/index.ts';
import { randomSource } from '../diffrender/test-scenes.ts';
import { boxCentre } from '../render/camera.ts';
import { carLikeTemplate } from '../render/test-car.ts';
import { Adam, UniformAdam } from './adam.ts';
import { cameraBackward, cameraOf, cameraParameters, clampCamera } from './camera-parameters.ts';
import { squaredDistances } from './distance.ts';
import { normaliseCar } from './normalise.ts';
import { composeOffsets, nearestCoefficients, shapeOf, symmetrise } from './shape-model.ts';
import { solvePositive } from './solve.ts';
import { cropColours, cropMask, halved, softenMask, Target } from './target.ts';

const random = randomSource(77);
const camera: OrbitCamera = {
  azimuth: 0.7,
  elevation: 0.2,
  roll: 0.1,
  distance: 2.5,
  fov: 0.5,
  offset: [0.02, -0.03],
  target: [0, 0.15, 0],
};

describe('squaredDistances', () => {
  it('equals brute force', () => {
    const [width, height] = [13, 9];
    const values = Float64Array.from({ length: width * height }, () => (random() < 0.07 ? 1 : 0.2));
    values[40] = 1;
    const found = squaredDistances(values, width, height, 0.5);
    for (let p = 0; p < values.length; p++) {
      let least = Infinity;
      for (let q = 0; q < values.length; q++) {
        if (values[q] < 0.5) continue;
        const [dx, dy] = [(p % width) - (q % width), Math.floor(p / width) - Math.floor(q / width)];
        least = Math.min(least, dx * dx + dy * dy);
      }
      expect(found[p]).toBe(least);
    }
    expect(squaredDistances(new Float64Array(6), 3, 2, 0.5).every((d) => d === Infinity)).toBe(true);
  });
});

describe('target', () => {
  const photo = {
    width: 4,
    height: 2,
    rgb: Uint8Array.from({ length: 24 }, (_, k) => 10 * Math.floor(k / 3)),
  };
  const mask = Uint8Array.of(255, 255, 0, 0, 255, 255, 0, 0);
  const targetOf = (crop: Crop, side: number) => {
    const seen = cropMask(photo, mask, crop, side);
    return new Target(side, seen.mask, seen.valid);
  };

  it('averages the crop by area and knows where the photo ends', () => {
    // rows -1..0 and 1..2, columns 1..2 and 3..4 of the photo, half of each row outside
    const crop = { x: 1, y: -1, size: 4 };
    const seen = cropMask(photo, mask, crop, 2);
    expect(Array.from(seen.valid)).toEqual([1, 0, 1, 0]);
    expect(Array.from(seen.mask)).toEqual([0.5, 0, 0.5, 0]);
    expect(cropColours(photo, crop, 2)[0]).toBeCloseTo(15 / 255, 6);
  });

  it("averages by area where its pixels are smaller than the photo's, too", () => {
    const fine = cropColours(photo, { x: 0, y: 0, size: 2 }, 4);
    expect(fine[3 * 5]).toBe(0);
    expect(fine[3 * 6]).toBeCloseTo(10 / 255, 6);
    expect(Array.from(cropMask(photo, mask, { x: 1, y: 0, size: 2 }, 4).mask.subarray(0, 4))).toEqual([
      1, 1, 0, 0,
    ]);
  });

  it('halves to the same as a coarser crop where all of it lies in the photo', () => {
    const crop = { x: 0.5, y: 0, size: 2 };
    const small = halved(targetOf(crop, 4));
    const direct = cropMask(photo, mask, crop, 2);
    expect(small.mask).toEqual(direct.mask);
    expect(small.valid).toEqual(direct.valid);
    expect(Array.from(direct.mask)).toEqual([1, 0.5, 1, 0.5]);
  });

  it('softens the outline as the renderer does', () => {
    const target = targetOf({ x: 0, y: 0, size: 4 }, 4);
    const soft = new Float64Array(16);
    softenMask(target, 0.5, soft);
    expect(soft[1]).toBe(1);
    expect(soft[2]).toBeCloseTo(Math.exp(-0.5 * 0.25), 12);
    expect(soft[3]).toBeCloseTo(Math.exp(-0.5 * 2.25), 12);
  });
});

describe('solvePositive', () => {
  it('solves, and leaves an unknown without a pivot at 0', () => {
    const x = solvePositive(Float64Array.of(4, 2, 0, 2, 3, 0, 0, 0, 0), [8, 8, 0]);
    expect(x[0]).toBeCloseTo(1, 12);
    expect(x[1]).toBeCloseTo(2, 12);
    expect(x[2]).toBe(0);
  });
});

describe('Adam', () => {
  it('comes to the least value of a stretched bowl, each number at its own rate', () => {
    const x = Float64Array.of(3, -2);
    const adam = new Adam(x, Float64Array.of(0.2, 0.05));
    for (let i = 0; i < 300; i++)
      adam.step(Float64Array.of(200 * (x[0] - 1), 0.01 * (x[1] + 1)), 1 - i / 300);
    expect(x[0]).toBeCloseTo(1, 1);
    expect(x[1]).toBeCloseTo(-1, 1);
  });

  it('uniform: leaves numbers without a gradient alone and steps by the rate', () => {
    const x = Float64Array.of(0, 0, 0);
    const adam = new UniformAdam(x, 0.01);
    adam.step(Float64Array.of(5, -2.5, 0), 1);
    expect(x[0]).toBeCloseTo(-0.01, 12);
    expect(x[1]).toBeCloseTo(0.005, 12);
    expect(x[2]).toBe(0);
    adam.step(new Float64Array(3), 1);
    expect(x.every(Number.isFinite)).toBe(true);
  });
});

describe('camera parameters', () => {
  it('go there and back', () => {
    const back = cameraOf(cameraParameters(camera), camera.target);
    expect(back.fov).toBeCloseTo(camera.fov, 12);
    expect(back.distance).toBeCloseTo(camera.distance, 12);
    expect(back.offset).toEqual(camera.offset);
  });

  it('pass gradients on, against central differences', () => {
    const window = { x: 3, y: -2, size: 50 };
    const weights = Float64Array.from({ length: 16 }, () => random() - 0.5);
    const value = (p: Float64Array) =>
      orbitCameraMatrix(cameraOf(p, camera.target), window).reduce((sum, m, k) => sum + m * weights[k], 0);
    const p = cameraParameters(camera);
    const gradient = new Float64Array(7);
    cameraBackward(camera, window, weights, gradient);
    for (let k = 0; k < 7; k++) {
      const [above, below] = [1e-6, -1e-6].map((h) => value(p.map((x, i) => (i === k ? x + h : x))));
      expect((above - below) / 2e-6).toBeCloseTo(gradient[k], 4);
    }
  });

  it('are kept where a picture can be made', () => {
    const p = cameraParameters({ ...camera, elevation: -2, distance: 0.1 });
    clampCamera(p);
    const kept = cameraOf(p, camera.target);
    expect(kept.elevation).toBe(-0.6);
    expect(kept.distance).toBeCloseTo(0.8, 12);
    expect(kept.fov).toBeLessThanOrEqual(2.1 + 1e-9);
  });
});

describe('normaliseCar', () => {
  it('gives length 1 on the ground, and a camera that sees the same', () => {
    const { vertices } = carLikeTemplate(2);
    const moved = Float64Array.from(vertices, (x, k) => 1.3 * x + [0, 0.1, -0.05][k % 3]);
    const before = { ...camera, target: boxCentre(moved) };
    const standard = moved.slice();
    const [after] = normaliseCar(standard, 0, [before]);
    const zs = standard.filter((_, k) => k % 3 === 2);
    expect(Math.max(...zs)).toBeCloseTo(0.5, 12);
    expect(Math.min(...zs)).toBeCloseTo(-0.5, 12);
    expect(Math.min(...standard.filter((_, k) => k % 3 === 1))).toBe(0);
    boxCentre(standard).forEach((x, k) => {
      expect(after.target[k]).toBeCloseTo(x, 12);
    });
    const pixel = (c: OrbitCamera, v: Float64Array, at: number) => {
      const m = orbitCameraMatrix(c, { x: 0, y: 0, size: 256 });
      const row = (r: number) => m[r] * v[at] + m[r + 1] * v[at + 1] + m[r + 2] * v[at + 2] + m[r + 3];
      return [row(0) / row(8), row(4) / row(8)];
    };
    for (let at = 0; at < moved.length; at += 33) {
      const [a, b] = [pixel(before, moved, at), pixel(after, standard, at)];
      expect(Math.hypot(a[0] - b[0], a[1] - b[1])).toBeLessThan(1e-6);
    }
  });

  it('keeps the place of the centre when the target has left it', () => {
    const standard = Float64Array.from(carLikeTemplate(2).vertices);
    const [after] = normaliseCar(standard, 0, [{ ...camera, target: [0, 0.3, 0.1] }]);
    const centre = boxCentre(standard);
    const at = (c: OrbitCamera) => {
      const m = orbitCameraMatrix(c, { x: 0, y: 0, size: 256 });
      const row = (r: number) => m[r] * centre[0] + m[r + 1] * centre[1] + m[r + 2] * centre[2] + m[r + 3];
      return [row(0) / row(8), row(4) / row(8), row(8)];
    };
    const [a, b] = [at({ ...camera, target: [0, 0.3, 0.1] }), at(after)];
    a.forEach((x, k) => {
      expect(b[k]).toBeCloseTo(x, 9);
    });
  });
});

describe('shape model', () => {
  const template = carLikeTemplate(2);

  it('finds the coefficients that made a shape and keeps what they leave', () => {
    const made = Float64Array.of(0.5, -1, 0.2, 0.8, -0.3, 0.1);
    const empty = new Float64Array(template.vertices.length);
    const offsets = composeOffsets(template, { coefficients: made, rest: empty, field: empty });
    nearestCoefficients(template, offsets).forEach((c, k) => {
      expect(c).toBeCloseTo(made[k], 2);
    });
    const extra = offsets.map((x, k) => x + 0.01 * Math.sin(k));
    symmetrise(template, extra);
    const whole = composeOffsets(template, shapeOf(template, extra));
    whole.forEach((x, k) => {
      expect(x).toBeCloseTo(extra[k], 9);
    });
  });

  it('symmetrise leaves mirror images of each other', () => {
    const field = Float64Array.from({ length: template.vertices.length }, () => random());
    symmetrise(template, field);
    template.mirror.forEach((o, v) => {
      expect(field[3 * o]).toBeCloseTo(-field[3 * v], 12);
      expect(field[3 * o + 1]).toBe(field[3 * v + 1]);
    });
  });
});
