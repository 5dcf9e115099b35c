import { describe, expect, it } from 'vitest';
import { ambientLight } from '../../shared/spherical-harmonics.ts';
import type { Template } from '../../shared/template.ts';
import { azimuthDifference, type Viewpoint } from '../../shared/viewpoint.ts';
import type { ModelRunner } from '../models/store.ts';
import { drawCar } from '../render/draw.ts';
import { maskIoU } from '../render/mask-iou.ts';
import { carLikeTemplate } from '../render/test-car.ts';
import { nearestBodyType } from './body-type.ts';
import { type Reconstruction, reconstruct } from './reconstruct.ts';

/** A car-like body looks much the same from both ends, so its front is made lower. */
function lowFront(): Template {
  const template = carLikeTemplate();
  for (let v = 0; v < template.vertices.length; v += 3) {
    const [, y, z] = template.vertices.subarray(v, v + 3);
    if (z > 0.1) template.vertices[v + 1] = y * (1 - 0.35 * (z - 0.1));
  }
  return template;
}

const template = lowFront();
const truth: Viewpoint = {
  azimuthDeg: 62,
  elevationDeg: 9,
  rollDeg: 0,
  distance: 9,
  fovDeg: 30,
  target: [0, 0.7, 0],
  offset: [0, 0],
};
const offsets = new Float32Array(template.vertices.length);

/** A grey car at `truth` under ambient light, `shift` pixels to the right in a photo of 480 x 320. */
function photograph(shift = 0) {
  const [width, height] = [480, 320];
  const car = {
    template,
    offsets,
    lengthMetres: 4.7,
    texture: { size: 4, rgb: new Uint8Array(48).fill(120) },
    light: ambientLight(),
  };
  const crop = { x: 60 + shift, y: -20, size: 360 };
  const { rgba } = drawCar(car, truth, crop, width, height, { light: 'photo' });
  const rgb = new Uint8Array(3 * width * height);
  const mask = new Uint8Array(width * height);
  for (let i = 0; i < mask.length; i++) {
    rgb.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
    mask[i] = rgba[4 * i + 3];
  }
  return { photo: { width, height, rgb }, mask };
}

/** Stands in for encoder and background encoder: the true shape, a camera that is off, front and rear about equally likely. */
function halfRight(): ModelRunner {
  const logits = new Float32Array(24).fill(-9);
  logits[4] = 1;
  logits[16] = 1.1;
  const mirroredLogits = logits.map((_, bin) => logits[(24 - bin) % 24]);
  const tensor = (...rows: Float32Array[]) => ({
    data: Float32Array.from(rows.flatMap((row) => [...row])),
    dims: [rows.length, rows[0].length],
  });
  const camera = [0.25, 0.03, Math.log(2.6), Math.log(0.22), 0.04, -0.05];
  const mirroredCamera = camera.map((value, i) => (i === 1 || i === 4 ? -value : value));
  const coefficients = new Float32Array(template.coefficientCount);
  const residuals = new Float32Array(24).fill(-0.2);
  return {
    run: async (name) =>
      name === 'background'
        ? { code: tensor(new Float32Array(32).fill(0.5)) }
        : {
            coefficients: tensor(coefficients, coefficients),
            offsets: tensor(offsets, offsets),
            azimuth_logits: tensor(logits, mirroredLogits),
            azimuth_residual: tensor(
              residuals,
              residuals.map((value) => -value),
            ),
            camera: tensor(Float32Array.from(camera), Float32Array.from(mirroredCamera)),
            light: tensor(ambientLight(), ambientLight()),
          },
  };
}

function drawnIoU(
  result: Reconstruction,
  photo: { width: number; height: number },
  mask: Uint8Array,
): number {
  const car = { template, offsets: result.offsets, lengthMetres: result.lengthMetres };
  const look = { texture: { size: 1, rgb: new Uint8Array(3) }, light: result.light };
  const { width, height } = photo;
  const picture = drawCar({ ...car, ...look }, result.viewpoint, result.crop, width, height, {
    light: 'none',
  });
  return maskIoU(picture, mask);
}

describe('reconstruct', () => {
  it('finds the way the car faces and a pose that fits the mask', async () => {
    const { photo, mask } = photograph();
    const result = await reconstruct(halfRight(), template, photo, mask);
    expect(Math.abs(azimuthDifference(result.viewpoint.azimuthDeg, truth.azimuthDeg))).toBeLessThan(8);
    expect(drawnIoU(result, photo, mask)).toBeGreaterThan(0.96);
    expect(result.hypotheses).toHaveLength(2);
    expect(result.hypotheses[0].maskIoU).toBeGreaterThan(result.hypotheses[1].maskIoU);
    expect(result.background[0]).toBe(0.5);
  });

  it('lets a car that the photo cuts reach beyond its border', async () => {
    const { photo, mask } = photograph(-130);
    expect(mask.some((value, i) => i % photo.width === 0 && value >= 128)).toBe(true);
    const result = await reconstruct(halfRight(), template, photo, mask, { azimuthDeg: 57 });
    expect(drawnIoU(result, photo, mask)).toBeGreaterThan(0.93);
    const car = { template, offsets, lengthMetres: result.lengthMetres };
    const look = { texture: { size: 1, rgb: new Uint8Array(3) }, light: result.light };
    const moved = { ...result.crop, x: result.crop.x + 200 };
    const whole = drawCar({ ...car, ...look }, result.viewpoint, moved, photo.width, photo.height, {
      light: 'none',
    });
    const beyond = whole.rgba.filter(
      (value, i) => i % 4 === 3 && ((i - 3) / 4) % photo.width < 200 && value >= 128,
    );
    expect(beyond.length).toBeGreaterThan(500);
  });

  it('takes the hypothesis that is asked for', async () => {
    const { photo, mask } = photograph();
    const result = await reconstruct(halfRight(), template, photo, mask, { azimuthDeg: 242 });
    expect(Math.abs(azimuthDifference(result.viewpoint.azimuthDeg, 242))).toBeLessThan(30);
  });

  it('scales the light where it would make the car implausibly bright', async () => {
    const { photo, mask } = photograph();
    const models = halfRight();
    const dim: ModelRunner = {
      run: async (name, feeds) => {
        const answer = await models.run(name, feeds);
        return 'light' in answer
          ? { ...answer, light: { ...answer.light, data: answer.light.data.map((value) => value / 10) } }
          : answer;
      },
    };
    const usual = await reconstruct(models, template, photo, mask);
    const raised = await reconstruct(dim, template, photo, mask);
    expect(usual.light[0]).toBeCloseTo(ambientLight()[0], 5);
    expect(raised.light[0]).toBeGreaterThan((1.5 * ambientLight()[0]) / 10);
  });

  it('refuses an empty mask', async () => {
    const { photo, mask } = photograph();
    await expect(reconstruct(halfRight(), template, photo, mask.fill(0))).rejects.toMatchObject({
      code: 'no-car',
    });
  });
});

describe('nearestBodyType', () => {
  it('tells a low from a tall car by its proportions', () => {
    const lengths = { ...template, typicalLengths: { sedan: 4.7, sports: 4.4, van: 4.9 } };
    const box = (height: number, width: number) => [width / 2, height, 0.5, -width / 2, 0, -0.5];
    expect(nearestBodyType(lengths, box(0.26, 0.43))).toEqual({ name: 'sports', lengthMetres: 4.4 });
    expect(nearestBodyType(lengths, box(0.4, 0.39)).name).toBe('van');
  });
});
