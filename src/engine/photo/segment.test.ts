import { describe, expect, it } from 'vitest';
import type { ModelRunner } from '../models/store.ts';
import { findCars } from './cars.ts';
import { segmentPhoto } from './segment.ts';

/** Stands in for the segmenter: what is red is car. Records how many pictures it was shown. */
function redIsCar(): ModelRunner & { shown: number } {
  return {
    shown: 0,
    async run(_name, { picture }) {
      this.shown++;
      const plane = 256 * 256;
      const data = new Float32Array(picture.dims[0] * plane);
      for (let i = 0; i < data.length; i++) {
        const red = 3 * plane * Math.floor(i / plane) + (i % plane);
        data[i] = Math.max(0, picture.data[red] - picture.data[red + plane]);
      }
      return { mask: { data, dims: [picture.dims[0], 1, 256, 256] } };
    },
  };
}

const [width, height] = [1600, 900];

function photoWith(...cars: [number, number, number, number][]) {
  const rgb = new Uint8Array(width * height * 3);
  for (const [x0, y0, x1, y1] of cars) {
    for (let y = y0; y < y1; y++) for (let x = x0; x < x1; x++) rgb[(y * width + x) * 3] = 255;
  }
  return { width, height, rgb };
}

/** Intersection over union of a mask (at 128) with a rectangle. */
function iouWith(mask: Uint8Array, [x0, y0, x1, y1]: [number, number, number, number]): number {
  let [both, either] = [0, 0];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const inside = x >= x0 && x < x1 && y >= y0 && y < y1;
      const set = mask[y * width + x] >= 128;
      if (inside && set) both++;
      if (inside || set) either++;
    }
  }
  return both / either;
}

describe('segmentPhoto', () => {
  const large: [number, number, number, number] = [100, 300, 750, 620];
  const small: [number, number, number, number] = [1003, 400, 1307, 560];

  it('masks a car of a large photo up to the border', async () => {
    const [wide, high] = [4003, 2402];
    const rgb = new Uint8Array(wide * high * 3);
    for (let y = 600; y < high; y++) for (let x = 1500; x < wide; x++) rgb[(y * wide + x) * 3] = 255;
    const mask = await segmentPhoto(redIsCar(), { width: wide, height: high, rgb });
    let wrong = 0;
    mask.forEach((value, i) => {
      const inside = i % wide >= 1500 && i >= 600 * wide;
      if (value >= 128 !== inside) wrong++;
    });
    expect(wrong / ((wide - 1500) * (high - 600))).toBeLessThan(0.01);
    expect(mask[mask.length - 1]).toBe(255);
  });

  it('masks every car finely, by a closer look at the small ones', async () => {
    const models = redIsCar();
    const mask = await segmentPhoto(models, photoWith(small, large));
    expect(models.shown).toBe(3);
    const cars = findCars(mask, width, height);
    expect(cars).toHaveLength(2);
    expect(iouWith(cars[0].mask, large)).toBeGreaterThan(0.985);
    expect(iouWith(cars[1].mask, small)).toBeGreaterThan(0.985);
  });

  it('takes no closer look at a car that fills the photo', async () => {
    const models = redIsCar();
    const whole: [number, number, number, number] = [50, 100, 1550, 850];
    const mask = await segmentPhoto(models, photoWith(whole));
    expect(models.shown).toBe(1);
    expect(iouWith(mask, whole)).toBeGreaterThan(0.985);
    const soft = mask.reduce((count, value) => count + (value > 0 && value < 255 ? 1 : 0), 0);
    expect(soft).toBeGreaterThan(0);
    expect(soft).toBeLessThan(8 * 2 * (1500 + 750));
  });

  it('keeps the first look where the closer one sees no car', async () => {
    const models = redIsCar();
    const blind = {
      run: async (name: string, feeds: Parameters<typeof models.run>[1]) => {
        const answer = await models.run(name, feeds);
        if (models.shown > 1) answer.mask.data.fill(0);
        return answer;
      },
    };
    expect(iouWith(await segmentPhoto(blind, photoWith(small)), small)).toBeGreaterThan(0.9);
  });

  it('fills what the car encloses', async () => {
    const photo = photoWith([50, 100, 1550, 850]);
    for (let y = 300; y < 500; y++) photo.rgb.fill(0, 3 * (y * width + 400), 3 * (y * width + 700));
    const mask = await segmentPhoto(redIsCar(), photo);
    expect(mask[400 * width + 500]).toBe(255);
  });

  it('says so where there is no car', async () => {
    await expect(segmentPhoto(redIsCar(), photoWith())).rejects.toMatchObject({ code: 'no-car' });
  });

  it('ends when it is cancelled, even where there is no car', async () => {
    const models = redIsCar();
    const controller = new AbortController();
    const cancelledMeanwhile: ModelRunner = {
      run: (name, feeds) => {
        controller.abort();
        return models.run(name, feeds);
      },
    };
    const ended = segmentPhoto(cancelledMeanwhile, photoWith(), controller.signal);
    await expect(ended).rejects.toMatchObject({ code: 'cancelled' });
  });
});
