import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ambientLight, evaluateBasis } from '../../shared/spherical-harmonics.ts';
import { canonicalViewpoint } from '../../shared/viewpoint.ts';
import { loadTemplate } from '../models/template.ts';
import { drawCar } from '../render/draw.ts';
import type { PhotoCar } from './bake.ts';
import { paintLight } from './paint-light.ts';

const template = await loadTemplate(
  fileURLToPath(new URL('../../../models/template.safetensors', import.meta.url)),
);
const size = 256;
const car = { template, offsets: new Float32Array(template.vertices.length), lengthMetres: 4.5 };
const crop = { x: 0, y: 0, size };
const viewpoint = canonicalViewpoint(40, 12, 4.5, [0, 0.75, 0]);

/** Light from above and the left, whose shading stays within what is displayable. */
function trueLight(): Float32Array {
  const light = ambientLight();
  for (let k = 0; k < 3; k++) {
    light[k] *= 0.7;
    light[3 + k] = 0.35;
    light[9 + k] = 0.25;
  }
  return light;
}

/** The template's mean car in one grey paint under the true light, as somebody sees it who takes the light for another. */
function photographed(taken: Float32Array, spots = false): PhotoCar {
  const rgb = new Uint8Array(3 * 64 * 64).fill(130);
  // a tenth of the car in another colour
  if (spots) for (let i = 0; i < rgb.length; i += 30) rgb.fill(20, i, i + 3);
  const picture = drawCar(
    { ...car, texture: { size: 64, rgb }, light: trueLight() },
    viewpoint,
    crop,
    size,
    size,
    {
      light: 'photo',
    },
  );
  const photo = { width: size, height: size, rgb: new Uint8Array(3 * size * size) };
  const mask = new Uint8Array(size * size);
  for (let i = 0; i < mask.length; i++) {
    photo.rgb.set(picture.rgba.subarray(4 * i, 4 * i + 3), 3 * i);
    mask[i] = picture.rgba[4 * i + 3];
  }
  return { ...car, viewpoint, crop, photo, mask, light: taken };
}

/** By how much the shading of a light differs between two directions, as a ratio. */
function contrast(light: ArrayLike<number>, one: readonly number[], two: readonly number[]): number {
  const [a, b] = [one, two].map(([x, y, z]) => {
    const basis = evaluateBasisOf(x, y, z);
    return basis.reduce((sum, value, k) => sum + value * light[3 * k], 0);
  });
  return a / b;
}

function evaluateBasisOf(x: number, y: number, z: number): number[] {
  const basis = new Float64Array(9);
  evaluateBasis(x, y, z, basis);
  return [...basis];
}

const [up, left, front] = [
  [0, 1, 0],
  [1, 0, 0],
  [0, 0, 1],
];

describe('paintLight', () => {
  it('finds the light of a car of one paint, however wrong the light was', () => {
    const found = paintLight(photographed(ambientLight()));
    for (const [a, b] of [
      [up, left],
      [up, front],
      [left, front],
    ]) {
      const wanted = contrast(trueLight(), a, b);
      expect(Math.abs(Math.log(contrast(found, a, b) / wanted))).toBeLessThan(0.06);
      expect(Math.abs(Math.log(contrast(ambientLight(), a, b) / wanted))).toBeGreaterThan(0.05);
    }
  });

  it('is not led astray by spots of another colour', () => {
    const found = paintLight(photographed(ambientLight(), true));
    const wanted = contrast(trueLight(), up, front);
    expect(Math.abs(Math.log(contrast(found, up, front) / wanted))).toBeLessThan(0.12);
  });

  it('comes to rest: what it found it keeps', () => {
    const once = paintLight(photographed(ambientLight()));
    const twice = paintLight(photographed(once));
    for (const direction of [up, left, front]) {
      expect(contrast(twice, direction, front) / contrast(once, direction, front)).toBeCloseTo(1, 1);
    }
    expect(twice[0] / once[0]).toBeCloseTo(1, 1);
  });

  it('strengthens a new light by what the clear coat of dark paint mirrors, and no other', () => {
    const car = photographed(trueLight());
    const [once, settled] = [paintLight(car), paintLight(car, { settleExposure: true })];
    // the paint's albedo is 0.22: 0.03 of it is mirrored
    expect(settled[0] / once[0]).toBeCloseTo(1 / (1 - 0.03 / 0.22), 1);
    expect(settled[3] / once[3]).toBeCloseTo(settled[0] / once[0], 5);
  });

  it('keeps the light of a car that the photo hardly shows', () => {
    const hidden = photographed(ambientLight());
    hidden.mask.fill(0);
    expect(paintLight(hidden)).toEqual(ambientLight());
  });
});
