import { cropMargin, cropOf } from '../src/engine/photo/crop.ts';
import { resample } from '../src/engine/photo/resample.ts';
import type { CarGeometry } from '../src/engine/render/car.ts';
import { drawCar } from '../src/engine/render/draw.ts';
import { ambientLight } from '../src/shared/spherical-harmonics.ts';
import type { Viewpoint } from '../src/shared/viewpoint.ts';

/** A silhouette that has lost its place and its size: [128, 128] 0 or 255, the mask's box centred, its longer side all across. */
export type BoxedSilhouette = Uint8Array;

const side = 128;
const drawnSide = 384;

/** A mask [height, width] 0..255, centred and scaled by the longer side of its box. Throws `no-car` for an empty mask. */
export function boxMask(mask: Uint8Array, width: number, height: number): BoxedSilhouette {
  const crop = cropOf(mask, width, height);
  const longer = crop.size / cropMargin;
  const margin = (crop.size - longer) / 2;
  const region = { x: crop.x + margin, y: crop.y + margin, width: longer, height: longer };
  const { values, inside } = resample({ width, height, channels: 1, data: mask }, region, side, side);
  return Uint8Array.from(values, (value, i) => (value * (inside[i] ?? 0) >= 127.5 ? 255 : 0));
}

/** The car as this viewpoint's eye sees its outline, wherever its picture would put it. */
export function boxCar(car: CarGeometry, viewpoint: Viewpoint): BoxedSilhouette {
  const { lengthMetres } = car;
  // the outline depends on where the eye is; the field of view only has to hold the whole car
  const distance = Math.max(viewpoint.distance, lengthMetres);
  const fovDeg = (2 * Math.asin((0.65 * lengthMetres) / distance) * 180) / Math.PI;
  const look = { ...car, texture: { size: 1, rgb: new Uint8Array(3) }, light: ambientLight() };
  const { rgba } = drawCar(
    look,
    { ...viewpoint, distance, fovDeg, offset: [0, 0] },
    { x: 0, y: 0, size: drawnSide },
    drawnSide,
    drawnSide,
    { light: 'none', supersample: 1 },
  );
  const mask = Uint8Array.from({ length: drawnSide ** 2 }, (_, i) => rgba[4 * i + 3] ?? 0);
  return boxMask(mask, drawnSide, drawnSide);
}
