import { expect, it } from 'vitest';
import { drawCar } from '../src/engine/render/draw.ts';
import { atlasLayout } from '../src/engine/texture/atlas.ts';
import { bakePhoto, type PhotoCar } from '../src/engine/texture/bake.ts';
import { boxTemplate } from '../src/engine/texture/test-box.ts';
import { ambientLight } from '../src/shared/spherical-harmonics.ts';
import { comparedSide, plainlyMirrored, shown } from './atlas-colours.ts';
import { lightIn, stopsApart } from './light-error.ts';
import { placedErrors, placesOf } from './placed-errors.ts';
import { texelShading } from './texel-shading.ts';

/** A box of known albedo under known light before a known camera, as the held-out renders know theirs. */
function drawnBox(): { car: PhotoCar; albedo: Float32Array } {
  const template = boxTemplate();
  const albedo = Float32Array.from({ length: 3 * comparedSide ** 2 }, (_, i) => {
    const x = Math.floor(i / 3) % comparedSide;
    // the same on both sides: u -> 1 - u
    return 0.35 + 0.3 * Math.cos((2 * Math.PI * (x + 0.5)) / comparedSide) ** 2;
  });
  const light = ambientLight().map((value) => 0.6 * value);
  light.fill(0.25, 3, 6);
  light.fill(-0.4, 6, 9);
  light.fill(0.5, 9, 12);
  const viewpoint = {
    ...{ azimuthDeg: 40, elevationDeg: 20, rollDeg: 0, distance: 2.4, fovDeg: 30 },
    target: [0, 0.15, 0] as [number, number, number],
    offset: [0, 0] as [number, number],
  };
  const [offsets, crop] = [new Float32Array(template.vertices.length), { x: 0, y: 0, size: 256 }];
  const texture = { size: comparedSide, rgb: Uint8Array.from(albedo, (value) => Math.round(255 * value)) };
  const geometry = { template, offsets, lengthMetres: 1 };
  const { rgba } = drawCar({ ...geometry, texture, light }, viewpoint, crop, 256, 256, { light: 'photo' });
  const photo = { width: 256, height: 256, rgb: rgba.filter((_, i) => i % 4 !== 3) };
  const mask = rgba.filter((_, i) => i % 4 === 3);
  return { car: { ...geometry, viewpoint, crop, light, photo, mask }, albedo };
}

it('finds the albedo of a drawn box under its true light, and not without', () => {
  const { car, albedo } = drawnBox();
  const layout = atlasLayout(car.template, 1024);
  const compared = atlasLayout(car.template, comparedSide);
  const best = shown(layout, bakePhoto(car, layout));
  const places = placesOf(compared, new Uint8Array(comparedSide ** 2).fill(1), best.visibility);
  expect([places.seen.length, places.mirrored.length].every((count) => count > 5000)).toBe(true);
  const divided = placedErrors(plainlyMirrored(compared, best), albedo, places);
  const pixels = shown(layout, bakePhoto({ ...car, light: ambientLight() }, layout));
  const undivided = placedErrors(plainlyMirrored(compared, pixels), albedo, places);
  expect(divided.seen.raw).toBeLessThan(0.01);
  expect(divided.mirrored.raw).toBeLessThan(0.015);
  expect(undivided.seen.exposed).toBeGreaterThan(0.04);

  const shading = texelShading(car, compared);
  expect(stopsApart(lightIn(pixels.colours, albedo), shading, places.seen)).toBeLessThan(0.03);
  const even = shading.map(() => 1);
  expect(stopsApart(even, shading, places.seen)).toBeGreaterThan(0.2);
});
