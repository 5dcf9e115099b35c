import { ambientLight } from '../../shared/spherical-harmonics.ts';
import type { Template } from '../../shared/template.ts';
import type { Crop, Viewpoint } from '../../shared/viewpoint.ts';
import { randomSource } from '../diffrender/test-scenes.ts';
import { boxCentre } from '../render/camera.ts';
import { drawCar } from '../render/draw.ts';
import type { RefineInput } from './types.ts';

/** A photo of a car that is known, and a start that is wrong about it. */
export interface KnownPhoto {
  input: RefineInput;
  /** [V, 3] */
  trueOffsets: Float32Array;
  trueViewpoint: Viewpoint;
}

const lengthMetres = 4.5;
const [width, height] = [320, 240];

/** A car of random coefficients from a random side; the start is the mean car, turned by `turnDeg` and put off in all else. */
export function knownPhoto(template: Template, seed: number, turnDeg: number): KnownPhoto {
  const random = randomSource(seed);
  const size = template.vertices.length;
  const trueOffsets = new Float32Array(size);
  for (let k = 0; k < template.coefficientCount; k++) {
    const c = 2 * random() - 1;
    for (let v = 0; v < size; v++) trueOffsets[v] += c * template.basis[k * size + v];
  }
  const centre = boxCentre(template.vertices).map((x) => x * lengthMetres);
  const trueViewpoint: Viewpoint = {
    azimuthDeg: 20 + 320 * random(),
    elevationDeg: 4 + 12 * random(),
    rollDeg: 2 * random() - 1,
    distance: 2.5 * lengthMetres,
    fovDeg: 27,
    target: [centre[0], centre[1], centre[2]],
    offset: [0, 0],
  };
  const crop: Crop = { x: 20, y: -20, size: 280 };
  const texture = { size: 16, rgb: new Uint8Array(768).fill(150) };
  const light = ambientLight();
  const car = { template, offsets: trueOffsets, lengthMetres, texture, light };
  const { rgba } = drawCar(car, trueViewpoint, crop, width, height, { light: 'photo' });
  const photo = {
    width,
    height,
    rgb: Uint8Array.from({ length: 3 * width * height }, (_, k) => rgba[4 * Math.floor(k / 3) + (k % 3)]),
  };
  const input: RefineInput = {
    template,
    offsets: new Float32Array(size),
    viewpoint: {
      ...trueViewpoint,
      azimuthDeg: trueViewpoint.azimuthDeg + turnDeg,
      elevationDeg: trueViewpoint.elevationDeg + 3,
      rollDeg: 0,
      distance: 0.92 * trueViewpoint.distance,
      offset: [0.03, -0.02],
    },
    crop,
    lengthMetres,
    light,
    photo,
    mask: Uint8Array.from({ length: width * height }, (_, p) => rgba[4 * p + 3]),
    texture,
  };
  return { input, trueOffsets, trueViewpoint };
}
