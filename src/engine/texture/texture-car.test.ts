import { describe, expect, it } from 'vitest';
import { ambientLight } from '../../shared/spherical-harmonics.ts';
import type { Template } from '../../shared/template.ts';
import type { Viewpoint } from '../../shared/viewpoint.ts';
import type { ModelRunner } from '../models/store.ts';
import { drawCar } from '../render/draw.ts';
import { atlasLayout } from './atlas.ts';
import { bareColour } from './clear-coat.ts';
import { boxTemplate, charts } from './test-box.ts';
import { fullAtlasSize, textureCar } from './texture-car.ts';

const template = boxTemplate();
const size = 512;
const offsets = new Float32Array(template.vertices.length);
const lengthMetres = 4;

/** The car's front and left side and its roof are seen. */
const viewpoint: Viewpoint = {
  azimuthDeg: 50,
  elevationDeg: 25,
  rollDeg: 4,
  distance: 9,
  fovDeg: 33,
  target: [0, 0.6, 0],
  offset: [0.02, -0.03],
};

/** Light from the left, above and a little from the front. */
function light(): Float32Array {
  const l = ambientLight();
  for (let channel = 0; channel < 3; channel++) {
    l[channel] *= 0.7 + 0.05 * channel;
    l[3 + channel] = 0.25;
    l[6 + channel] = -0.2;
    l[9 + channel] = 0.4;
  }
  return l;
}

/** Smooth colours that differ everywhere; nothing brighter than can be shown. */
function trueTexture(): Uint8Array {
  const rgb = new Uint8Array(3 * size * size);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      rgb.set([60 + (90 * x) / size, 60 + (80 * y) / size, 130 - (60 * x) / size], 3 * (y * size + x));
    }
  }
  return rgb;
}

/** Stands in for texture model and neural view: one grey everywhere; keeps what the first was shown. */
function greyModel(level: number): ModelRunner & { partial: Float32Array } {
  return {
    partial: new Float32Array(0),
    async run(name, { partial }) {
      const picture = { data: new Float32Array(3 * 128 * 128).fill(level), dims: [1, 3, 128, 128] };
      if (name === 'mapper_content') return { w_content: { data: Float32Array.of(0), dims: [1, 1, 1] } };
      if (name === 'mapper_view') return { w_view: { data: Float32Array.of(0), dims: [1, 1, 1] } };
      if (name === 'generator') return { picture };
      this.partial = partial.data;
      return { texture: picture };
    },
  };
}

/** The box without bodywork: nothing is taken for one paint. */
const glazed: Template = { ...template, parts: new Uint8Array(template.faceCount).fill(1) };

function photograph(from: Viewpoint = viewpoint, template = glazed, rgb = trueTexture()) {
  const [width, height] = [640, 480];
  const crop = { x: 100, y: 20, size: 440 };
  const car = { template, offsets, lengthMetres, texture: { size, rgb }, light: light() };
  const { rgba } = drawCar(car, from, crop, width, height, { light: 'photo' });
  const photo = { width, height, rgb: new Uint8Array(3 * width * height) };
  const mask = new Uint8Array(width * height);
  for (let i = 0; i < mask.length; i++) {
    photo.rgb.set(rgba.subarray(4 * i, 4 * i + 3), 3 * i);
    mask[i] = rgba[4 * i + 3];
  }
  return {
    template,
    offsets,
    lengthMetres,
    viewpoint: from,
    crop,
    light: light(),
    photo,
    mask,
  };
}

/** Texel in the middle of a chart, or elsewhere in it. */
function texelOf(name: keyof typeof charts, across = 0.5, down = 0.5): number {
  const [u0, v0, u1, v1] = charts[name];
  return Math.floor((v0 + (v1 - v0) * down) * size) * size + Math.floor((u0 + (u1 - u0) * across) * size);
}

function colour(rgb: Uint8Array, texel: number): number[] {
  return [...rgb.subarray(3 * texel, 3 * texel + 3)];
}

function expectNear(got: number[], wanted: number[], tolerance: number) {
  got.forEach((value, channel) => {
    expect(Math.abs(value - wanted[channel]), `${got} against ${wanted}`).toBeLessThanOrEqual(tolerance);
  });
}

describe('atlasLayout', () => {
  it('covers the charts and knows the nearest covered texel of the rest', () => {
    const layout = atlasLayout(template, size);
    expect(atlasLayout(template, size)).toBe(layout);
    expect(layout.covered[texelOf('top')]).toBe(1);
    expect(layout.covered[0]).toBe(0);
    expect(layout.texels.length + layout.gutter.length).toBe(size * size);
    const area = Object.values(charts).reduce((sum, [u0, v0, u1, v1]) => sum + (u1 - u0) * (v1 - v0), 0);
    expect(layout.texels.length / (size * size)).toBeCloseTo(area, 2);
    const corner = layout.gutterSource[layout.gutter.indexOf(0)];
    expect([corner % size, Math.floor(corner / size)]).toEqual([10, 10]);
  });
});

describe('textureCar', () => {
  it('gives the colours of the photo without its light', async () => {
    const texture = await textureCar(greyModel(0.5), photograph(), { size });
    for (const texel of [texelOf('left'), texelOf('front'), texelOf('top'), texelOf('left', 0.2, 0.3)]) {
      expect(texture.observed[texel]).toBeGreaterThan(250);
      expectNear(colour(texture.rgb, texel), colour(trueTexture(), texel), 5);
    }
  });

  it('mirrors what only the other side shows, and says that it is guessed', async () => {
    const texture = await textureCar(greyModel(0.5), photograph(), { size });
    const texel = texelOf('right', 0.4, 0.6);
    const mirror = texel - (texel % size) + size - 1 - (texel % size);
    expect(texture.observed[texel]).toBe(0);
    expect(texture.observed[mirror]).toBeGreaterThan(250);
    expectNear(colour(texture.rgb, texel), colour(trueTexture(), mirror), 5);
  });

  it('takes the rest from the model, in the colour of the bodywork that is seen', async () => {
    const texture = await textureCar(greyModel(0.25), photograph(viewpoint, template), { size });
    expect([texture.observed[texelOf('rear')], texture.observed[texelOf('bottom')]]).toEqual([0, 0]);
    expectNear(colour(texture.rgb, texelOf('rear')), [90, 90, 110], 25);
    expectNear(colour(texture.rgb, texelOf('bottom')), [64, 64, 64], 10);
  });

  it('leaves the model its own colours where it guesses glass or lights', async () => {
    const texture = await textureCar(greyModel(0.25), photograph(), { size });
    expectNear(colour(texture.rgb, texelOf('rear')), [64, 64, 64], 10);
  });

  it('takes the shades of the bodywork for those of the side that is seen', async () => {
    const texture = await textureCar(greyModel(0.5), photograph(viewpoint, template), { size });
    const [dark, bright] = [texelOf('right', 0.5, 0.15), texelOf('right', 0.5, 0.85)];
    const mirror = (texel: number) => texel - 2 * (texel % size) + size - 1;
    const step = (one: number, two: number) => Math.abs(texture.rgb[3 * one + 1] - texture.rgb[3 * two + 1]);
    expect(step(mirror(dark), mirror(bright))).toBeGreaterThan(8);
    expect(step(dark, bright)).toBeLessThan(5);
  });

  it('takes what the coat mirrors off bodywork that is not seen, and off nothing else', async () => {
    const paint = [80, 90, 130];
    const rgb = trueTexture().map((_, i) => paint[i % 3]);
    const bare = bareColour(paint.map((value) => value / 255)).map((value) => 255 * value);
    expect(paint[0] - bare[0]).toBeGreaterThan(8);
    for (const [box, hidden] of [
      [template, bare],
      [glazed, paint],
    ] as const) {
      const texture = await textureCar(greyModel(0.5), photograph(viewpoint, box, rgb), { size });
      expectNear(colour(texture.rgb, texelOf('left')), paint, 4);
      expectNear(colour(texture.rgb, texelOf('right')), [...hidden], 4);
    }
  });

  it('takes a second photo for what the first does not show', async () => {
    const second: Viewpoint = { ...viewpoint, azimuthDeg: 230 };
    const texture = await textureCar(greyModel(0.25), [photograph(), photograph(second)], { size });
    for (const texel of [texelOf('left'), texelOf('front'), texelOf('right'), texelOf('rear')]) {
      expect(texture.observed[texel]).toBeGreaterThan(250);
      expectNear(colour(texture.rgb, texel), colour(trueTexture(), texel), 6);
    }
  });

  it('asks for a larger atlas where the photo is finer than the usual one', () => {
    expect(fullAtlasSize({ size: 640 })).toBe(1024);
    expect(fullAtlasSize({ size: 1500 })).toBe(2048);
  });

  it('shows the model colour, visibility and mirrored visibility', async () => {
    const model = greyModel(0.5);
    await textureCar(model, photograph(), { size });
    const plane = 128 * 128;
    const [column, row] = [38, 16];
    const own = row * 128 + column;
    const mirror = row * 128 + 127 - column;
    const at = (channel: number, texel: number) => model.partial[channel * plane + texel];
    expect([at(3, own), at(4, own), at(3, mirror), at(4, mirror)]).toEqual([1, 0, 0, 1]);
    expectNear(
      [0, 1, 2].map((channel) => 255 * at(channel, own)),
      colour(trueTexture(), 4 * row * size + 4 * column),
      6,
    );
    expect(at(0, mirror)).toBe(at(0, own));
  });

  it('takes nothing from where another thing covers the car', async () => {
    const car = photograph();
    const { width } = car.photo;
    for (let y = 0; y < car.photo.height; y++) {
      for (let x = 0; x < width / 2; x++) {
        car.mask[y * width + x] = 0;
        car.photo.rgb.set([0, 255, 0], 3 * (y * width + x));
      }
    }
    const texture = await textureCar(greyModel(0.5), car, { size });
    const { texels } = atlasLayout(template, size);
    expect(texels.filter((texel) => texture.observed[texel] === 0).length).toBeGreaterThan(10_000);
    const green = texels.filter((texel) => texture.rgb[3 * texel + 1] - texture.rgb[3 * texel] > 100);
    expect([...green]).toEqual([]);
  });

  it.each([template, glazed])('leaves no step where the photo ends', async (box) => {
    const texture = await textureCar(greyModel(0.5), photograph(viewpoint, box), { size });
    const { texels, covered } = atlasLayout(template, size);
    // at the edges of the box itself the photo's pixels mix two sides
    const inner = texels.filter((texel) =>
      [-5, 6, -5 * size, 5 * size].every((step) => covered[texel + step]),
    );
    const step = (texel: number) =>
      Math.max(
        ...[0, 1, 2].map((k) => Math.abs(texture.rgb[3 * texel + k] - texture.rgb[3 * texel + 3 + k])),
      );
    expect([...inner.filter((texel) => step(texel) >= 16)]).toEqual([]);
  });
});
