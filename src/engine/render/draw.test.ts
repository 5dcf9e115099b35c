import { describe, expect, it } from 'vitest';
import { ambientLight } from '../../shared/spherical-harmonics.ts';
import type { Picture } from '../../shared/studio-api.ts';
import { type Crop, project, type Viewpoint } from '../../shared/viewpoint.ts';
import { boxCentre } from './camera.ts';
import { drawCar } from './draw.ts';
import { linearTexture, shrinkFor } from './linear-texture.ts';
import { maskIoU } from './mask-iou.ts';
import { carLikeTemplate } from './test-car.ts';

const template = carLikeTemplate();
const lengthMetres = 4.5;
const centre = boxCentre(template.vertices);

function carOf(rgb: readonly number[], size = 8) {
  return {
    template,
    offsets: new Float32Array(3 * template.vertexCount),
    lengthMetres,
    texture: {
      size,
      rgb: Uint8Array.from({ length: 3 * size * size }, (_, k) => rgb[k % 3]),
    },
    light: ambientLight(),
  };
}

const viewpoint: Viewpoint = {
  azimuthDeg: 50,
  elevationDeg: 12,
  rollDeg: 3,
  distance: 11,
  fovDeg: 30,
  target: [centre[0] * lengthMetres, centre[1] * lengthMetres, centre[2] * lengthMetres],
  offset: [0.02, -0.03],
};
const crop: Crop = { x: 20, y: -10, size: 200 };
const alphaSum = (p: Picture) => p.rgba.reduce((sum, a, k) => sum + (k % 4 === 3 ? a / 255 : 0), 0);

describe('drawCar', () => {
  it("puts the car's corners where the viewpoint projects them", () => {
    const picture = drawCar(carOf([90, 90, 90]), viewpoint, crop, 240, 200, { light: 'none' });
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let v = 0; v < template.vertices.length; v += 3) {
      const [x, y, z] = template.vertices.subarray(v, v + 3).map((t) => t * lengthMetres);
      const p = project(viewpoint, crop, [x, y, z]);
      left = Math.min(left, p.x);
      right = Math.max(right, p.x);
      top = Math.min(top, p.y);
      bottom = Math.max(bottom, p.y);
    }
    const solid = Array.from({ length: 240 * 200 }, (_, p) => p).filter((p) => picture.rgba[4 * p + 3] > 0);
    const xs = solid.map((p) => p % 240);
    const ys = solid.map((p) => Math.floor(p / 240));
    expect(Math.abs(Math.min(...xs) - left)).toBeLessThan(1);
    expect(Math.abs(Math.max(...xs) + 1 - right)).toBeLessThan(1);
    expect(Math.abs(Math.min(...ys) - top)).toBeLessThan(1);
    expect(Math.abs(Math.max(...ys) + 1 - bottom)).toBeLessThan(1);
  });

  it('shows the albedo as it is under white light, and its shade under half of it', () => {
    const car = carOf([200, 120, 40]);
    const p = 4 * (95 * 240 + 125);
    const at = (light: Float32Array, mode: 'photo' | 'albedo') =>
      Array.from(
        drawCar({ ...car, light }, viewpoint, crop, 240, 200, { light: mode }).rgba.subarray(p, p + 4),
      );
    expect(at(car.light, 'photo')).toEqual([200, 120, 40, 255]);
    expect(
      at(
        car.light.map((c) => c / 2),
        'albedo',
      ),
    ).toEqual([200, 120, 40, 255]);
    // 200/255 is 0.5776 linear, half of it is 0.2888, 0.574 encoded
    expect(
      at(
        car.light.map((c) => c / 2),
        'photo',
      )[0],
    ).toBe(146);
  });

  it('has soft edges that hold the area, equal at any number of samples', () => {
    const areas = [1, 2, 3, 4].map((supersample) =>
      alphaSum(drawCar(carOf([9, 9, 9]), viewpoint, crop, 240, 200, { light: 'none', supersample })),
    );
    for (const area of areas) expect(Math.abs(area / areas[3] - 1)).toBeLessThan(0.005);
    const { rgba } = drawCar(carOf([9, 9, 9]), viewpoint, crop, 240, 200, { light: 'none' });
    expect(rgba.filter((a, k) => k % 4 === 3 && a > 0 && a < 255).length).toBeGreaterThan(200);
    expect(rgba.every((c, k) => k % 4 === 3 || c === 255 || rgba[k - (k % 4) + 3] === 0)).toBe(true);
  });

  it('draws the same picture in bands and with colour at pixel centres alone as it does small', () => {
    const car = carOf([200, 120, 40]);
    const scale = 12;
    const large = drawCar(
      car,
      viewpoint,
      { x: crop.x * scale, y: crop.y * scale, size: crop.size * scale },
      240 * scale,
      200 * scale,
      { light: 'photo' },
    );
    const small = drawCar(car, viewpoint, crop, 240, 200, { light: 'photo', supersample: 4 });
    let worst = 0;
    let discoloured = 0;
    for (let y = 0; y < 200; y++) {
      for (let x = 0; x < 240; x++) {
        let alpha = 0;
        for (let s = 0; s < scale * scale; s++) {
          const p = (y * scale + Math.floor(s / scale)) * 240 * scale + x * scale + (s % scale);
          alpha += large.rgba[4 * p + 3];
          if (large.rgba[4 * p + 3] > 0 && large.rgba[4 * p] !== 200) discoloured++;
        }
        worst = Math.max(worst, Math.abs(alpha / scale ** 2 - small.rgba[4 * (y * 240 + x) + 3]));
      }
    }
    expect(discoloured).toBe(0);
    expect(worst).toBeLessThan(45);
  });

  it('gives a transparent picture when the car is out of it or behind the eye', () => {
    const car = carOf([1, 2, 3]);
    expect(alphaSum(drawCar(car, viewpoint, { ...crop, x: 9000 }, 24, 20, { light: 'photo' }))).toBe(0);
    const inside = { ...viewpoint, distance: 0.1 };
    expect(() => drawCar(car, inside, crop, 24, 20, { light: 'photo' })).not.toThrow();
  });

  it('refuses offsets and atlases of another size', () => {
    const car = carOf([1, 2, 3]);
    expect(() =>
      drawCar({ ...car, offsets: new Float32Array(6) }, viewpoint, crop, 240, 200, { light: 'none' }),
    ).toThrow('2 offsets given');
    const texture = { size: 8, rgb: new Uint8Array(5) };
    expect(() => drawCar({ ...car, texture }, viewpoint, crop, 240, 200, { light: 'photo' })).toThrow(
      '5 bytes given',
    );
  });
});

describe('linearTexture', () => {
  it('averages squares in linear light', () => {
    const rgb = Uint8Array.from({ length: 48 }, (_, k) => (Math.floor(k / 3) % 2 === 0 ? 0 : 255));
    const small = linearTexture({ size: 4, rgb }, 2);
    expect(small.width).toBe(2);
    expect(Array.from(small.texels)).toEqual(new Array(12).fill(0.5));
    expect(() => linearTexture({ size: 4, rgb }, 3)).toThrow("can't be shrunk 3 times");
  });

  it('shrinks as far as enough texels are left', () => {
    expect(shrinkFor(2048, 500)).toBe(4);
    expect(shrinkFor(2048, 512)).toBe(4);
    expect(shrinkFor(2048, 513)).toBe(2);
    expect(shrinkFor(100, 10)).toBe(4);
    expect(shrinkFor(64, 900)).toBe(1);
  });
});

describe('maskIoU', () => {
  const picture = (alpha: number[]): Picture => ({
    width: alpha.length,
    height: 1,
    rgba: Uint8Array.from(alpha.flatMap((a) => [0, 0, 0, a])),
  });

  it('is the overlap of the two, thresholded at one half', () => {
    expect(maskIoU(picture([255, 128, 127, 0]), Uint8Array.from([255, 0, 255, 0]))).toBeCloseTo(1 / 3, 12);
    expect(maskIoU(picture([200, 0]), Uint8Array.from([255, 0]))).toBe(1);
  });

  it('is 0 for two empty masks and refuses another size', () => {
    expect(maskIoU(picture([0, 0]), new Uint8Array(2))).toBe(0);
    expect(() => maskIoU(picture([0, 0]), new Uint8Array(3))).toThrow('the mask has 3 pixels');
  });
});
