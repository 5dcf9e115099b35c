import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ambientLight } from '../../shared/spherical-harmonics.ts';
import { partNames, type Template } from '../../shared/template.ts';
import { azimuthDifference, canonicalViewpoint } from '../../shared/viewpoint.ts';
import { ModelStore } from '../models/store.ts';
import { NeuralView } from '../neural/neural-view.ts';
import { findCars } from '../photo/cars.ts';
import { segmentPhoto } from '../photo/segment.ts';
import { drawCar } from '../render/draw.ts';
import { maskIoU } from '../render/mask-iou.ts';
import { atlasLayout, fillGutter } from '../texture/atlas.ts';
import { textureCar } from '../texture/texture-car.ts';
import { reconstruct } from './reconstruct.ts';

const store = await ModelStore.open(fileURLToPath(new URL('../../../models', import.meta.url)));
const template = await store.template();

afterAll(() => store.close());

const colours: Record<(typeof partNames)[number], readonly [number, number, number]> = {
  body: [170, 30, 30],
  glass: [40, 48, 56],
  wheel_fl: [35, 35, 35],
  wheel_fr: [35, 35, 35],
  wheel_rl: [35, 35, 35],
  wheel_rr: [35, 35, 35],
  lights_front: [230, 230, 220],
  lights_rear: [140, 10, 10],
};

function painted(size: number, { parts }: Template): Uint8Array {
  const rgb = new Uint8Array(3 * size * size);
  const layout = atlasLayout(template, size);
  layout.texels.forEach((texel, k) => {
    rgb.set(colours[partNames[parts[layout.faces[k]]]], 3 * texel);
  });
  fillGutter(layout, rgb, 3);
  return rgb;
}

/** The mean car, red, in light from above, between a bright sky and a grey ground. */
function photograph() {
  const [width, height] = [640, 426];
  const light = ambientLight();
  for (let channel = 0; channel < 3; channel++) {
    light[channel] *= 0.75;
    light[3 + channel] = 0.45;
    light[9 + channel] = 0.2;
  }
  const car = {
    template,
    offsets: new Float32Array(template.vertices.length),
    lengthMetres: 4.6,
    texture: { size: 256, rgb: painted(256, template) },
    light,
  };
  const viewpoint = canonicalViewpoint(42, 8, 4.6, [0, 0.75, 0]);
  const { rgba } = drawCar(car, viewpoint, { x: 90, y: -10, size: 450 }, width, height, { light: 'photo' });
  const rgb = new Uint8Array(3 * width * height);
  const mask = new Uint8Array(width * height);
  for (let i = 0; i < mask.length; i++) {
    const y = Math.floor(i / width);
    const alpha = rgba[4 * i + 3];
    mask[i] = alpha;
    const behind = y < 200 ? [190, 205, 225] : [110 + (y - 200) / 8, 108 + (y - 200) / 8, 105];
    for (let k = 0; k < 3; k++) rgb[3 * i + k] = (rgba[4 * i + k] * alpha + behind[k] * (255 - alpha)) / 255;
  }
  return { photo: { width, height, rgb }, mask, viewpoint };
}

describe('a picture of our own car through the shipped models', () => {
  const { photo, mask, viewpoint } = photograph();

  it('is segmented', async () => {
    const [car] = findCars(await segmentPhoto(store, photo), photo.width, photo.height);
    let [both, either] = [0, 0];
    for (const [i, value] of car.mask.entries()) {
      if (value >= 128 && mask[i] >= 128) both++;
      if (value >= 128 || mask[i] >= 128) either++;
    }
    expect(both / either).toBeGreaterThan(0.75);
  });

  it('becomes a textured car seen from where it was, and a neural picture', async () => {
    const found = await reconstruct(store, template, photo, mask);
    expect(Math.abs(azimuthDifference(found.viewpoint.azimuthDeg, viewpoint.azimuthDeg))).toBeLessThan(15);
    expect(Math.abs(found.viewpoint.elevationDeg - viewpoint.elevationDeg)).toBeLessThan(10);
    expect(found.lengthMetres).toBeGreaterThan(4);

    const texture = await textureCar(store, { ...found, template, photo, mask }, { size: 512 });
    const car = {
      template,
      offsets: found.offsets,
      lengthMetres: found.lengthMetres,
      light: texture.light,
      texture,
    };
    const drawn = drawCar(car, found.viewpoint, found.crop, photo.width, photo.height, { light: 'photo' });
    expect(maskIoU(drawn, mask)).toBeGreaterThan(0.85);
    let [difference, count] = [0, 0];
    for (let i = 0; i < mask.length; i++) {
      if (mask[i] < 255 || drawn.rgba[4 * i + 3] < 255) continue;
      for (let k = 0; k < 3; k++) difference += Math.abs(drawn.rgba[4 * i + k] - photo.rgb[3 * i + k]);
      count += 3;
    }
    expect(difference / count).toBeLessThan(15);

    const view = await NeuralView.load(store, { ...found, texture });
    const draft = { detail: 'draft' } as const;
    const [near, far] = [await view.render(40, 10, draft), await view.render(220, 10, draft)];
    expect([near.width, near.height]).toEqual([128, 128]);
    const change = near.rgba.reduce((sum, value, i) => sum + Math.abs(value - far.rgba[i]), 0);
    expect(change / near.rgba.length).toBeGreaterThan(1);
  });
});
