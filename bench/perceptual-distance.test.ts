import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultModelsDir } from '../src/engine/host/paths.ts';
import { decodePhoto } from '../src/engine/photo/decode.ts';
import type { PhotoPixels } from '../src/engine/studio/rooms.ts';
import { namesIn, withInnerOutputs } from './inner-outputs.ts';
import { featureDistance, PerceptualDistance } from './perceptual-distance.ts';

describe('featureDistance', () => {
  const features = (...data: number[]) => [{ channels: 2, side: 2, data: Float32Array.from(data) }];
  const everywhere = new Float32Array(16).fill(1);

  it('compares directions of features, not their lengths', () => {
    const one = features(1, 0, 2, 3, 0, 1, 0, 4);
    const longer = features(5, 0, 1, 6, 0, 2, 0, 8);
    const turned = features(0, 0, 2, 3, 1, 1, 0, 4);
    expect(featureDistance(one, longer, everywhere)).toBeCloseTo(0, 6);
    expect(featureDistance(one, turned, everywhere)).toBeCloseTo(2 / 4, 6);
  });

  it('leaves out what the mask leaves out', () => {
    const one = features(1, 0, 2, 3, 0, 1, 0, 4);
    const turned = features(0, 0, 2, 3, 1, 1, 0, 4);
    const left = Float32Array.from({ length: 16 }, (_, i) => (i % 4 < 2 ? 1 : 0));
    expect(featureDistance(one, turned, left)).toBeCloseTo(2 / 2, 6);
    const right = left.map((value) => 1 - value);
    expect(featureDistance(one, turned, right)).toBeCloseTo(0, 6);
    expect(featureDistance(one, turned, new Float32Array(16))).toBe(0);
  });
});

describe('PerceptualDistance', () => {
  let distance: PerceptualDistance;
  let car: PhotoPixels;
  let mask: Uint8Array;
  const crop = { x: 0, y: 0, size: 256 };

  beforeAll(async () => {
    distance = await PerceptualDistance.open(defaultModelsDir());
    const file = join(import.meta.dirname, '..', 'resources', 'samples', 'car.png');
    const { data } = await sharp(file)
      .resize(256, 256, { fit: 'fill' })
      .png()
      .toBuffer({ resolveWithObject: true });
    car = await decodePhoto(new Uint8Array(data), 'car.png');
    // its borders are those of the compared picture's pixels, each two of this one wide
    mask = Uint8Array.from({ length: 256 * 256 }, (_, i) => (i % 256 >= 40 && i % 256 < 216 ? 255 : 0));
  });
  afterAll(() => distance.close());

  const blurred = async (sigma: number): Promise<PhotoPixels> => {
    const raw = { width: car.width, height: car.height, channels: 3 as const };
    const rgb = await sharp(car.rgb, { raw }).blur(sigma).raw().toBuffer();
    return { ...car, rgb: new Uint8Array(rgb) };
  };
  const apart = (a: PhotoPixels, b: PhotoPixels) =>
    distance.between({ picture: a, crop }, { picture: b, crop }, mask);

  it('is 0 for a picture and itself, symmetric, and grows with blur and with shift', async () => {
    const [little, much] = [await blurred(2), await blurred(6)];
    expect(await apart(car, car)).toBe(0);
    expect(await apart(car, much)).toBeCloseTo(await apart(much, car), 6);
    const steps = [await apart(car, little), await apart(car, much)];
    expect(steps[0]).toBeGreaterThan(0.001);
    expect(steps[1]).toBeGreaterThan(1.5 * steps[0]);
    const shifted = (x: number) =>
      distance.between({ picture: car, crop }, { picture: car, crop: { ...crop, x } }, mask);
    expect(await shifted(8)).toBeGreaterThan(1.5 * (await shifted(2)));
  });

  it('sees nothing of what lies outside the mask', async () => {
    const outside = car.rgb.map((value, i) => (mask[Math.floor(i / 3)] ? value : 255 - value));
    expect(await apart(car, { ...car, rgb: outside })).toBeLessThan(
      0.02 * (await apart(car, await blurred(6))),
    );
  });
});

it('appends names that a protobuf reader merges into the graph', () => {
  const model = Uint8Array.from([8, 7]);
  expect([...withInnerOutputs(model, ['ab'])]).toEqual([8, 7, 58, 6, 98, 4, 10, 2, 97, 98]);
  expect(namesIn(new TextEncoder().encode('x/a1 /a2 /a1'), /\/a\d/)).toEqual(['/a1', '/a2']);
});
