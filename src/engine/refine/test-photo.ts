import { ambientLight } from '../../shared/spherical-harmonics.ts';
import type { Template } from '../../shared/template.ts';
import type { Crop, Viewpoint } from '../../shared/viewpoint.ts';
import { randomSource } from '../diffrender/test-scenes.ts';
import { boxCentre } from '../render/camera.ts';
import { drawCar } from '../render/draw.ts';
import type { AtlasPixels, RefineInput, RefineView } from './types.ts';

/** Photos of a car that is known, and a start that is wrong about it. */
export interface KnownPhotos {
  input: RefineInput & { texture: AtlasPixels };
  /** the first of the input's views */
  view: RefineView & { photo: { rgb: Uint8Array } };
  /** [V, 3] */
  trueOffsets: Float32Array;
  /** of each view */
  trueViewpoints: Viewpoint[];
  /** of the first view */
  trueViewpoint: Viewpoint;
}

const lengthMetres = 4.5;
const [width, height] = [320, 240];
const crop: Crop = { x: 20, y: -20, size: 280 };
/** From one view to the next. */
const stepDeg = 100;

/**
 * A car of random coefficients from a random side, and from more sides where `count` asks for them; the start is the mean
 * car, turned by `turnDeg` and put off in all else. `lengths` is the distance in car lengths.
 */
export function knownPhotos(
  template: Template,
  seed: number,
  turnDeg: number,
  count = 1,
  lengths = 2.5,
): KnownPhotos {
  const random = randomSource(seed);
  const size = template.vertices.length;
  const trueOffsets = new Float32Array(size);
  for (let k = 0; k < template.coefficientCount; k++) {
    const c = 2 * random() - 1;
    for (let v = 0; v < size; v++) trueOffsets[v] += c * template.basis[k * size + v];
  }
  const [x, y, z] = boxCentre(template.vertices);
  const trueViewpoint: Viewpoint = {
    azimuthDeg: 20 + 320 * random(),
    elevationDeg: 4 + 12 * random(),
    rollDeg: 2 * random() - 1,
    distance: lengths * lengthMetres,
    // 27 degrees from 2.5 lengths, the car as large from nearer
    fovDeg: (2 * Math.atan((2.5 / lengths) * Math.tan((13.5 * Math.PI) / 180)) * 180) / Math.PI,
    target: [x * lengthMetres, y * lengthMetres, z * lengthMetres],
    offset: [0, 0],
  };
  const trueViewpoints = Array.from({ length: count }, (_, k) => ({
    ...trueViewpoint,
    azimuthDeg: (trueViewpoint.azimuthDeg + k * stepDeg) % 360,
  }));
  const texture = { size: 16, rgb: new Uint8Array(768).fill(150) };
  const car = { template, offsets: trueOffsets, lengthMetres, texture, light: ambientLight() };
  const views = trueViewpoints.map((truth): KnownPhotos['view'] => {
    const { rgba } = drawCar(car, truth, crop, width, height, { light: 'photo' });
    const rgb = Uint8Array.from(
      { length: 3 * width * height },
      (_, k) => rgba[4 * Math.floor(k / 3) + (k % 3)],
    );
    return {
      photo: { width, height, rgb },
      mask: Uint8Array.from({ length: width * height }, (_, p) => rgba[4 * p + 3]),
      crop,
      viewpoint: {
        ...truth,
        azimuthDeg: truth.azimuthDeg + turnDeg,
        elevationDeg: truth.elevationDeg + 3,
        rollDeg: 0,
        distance: 0.92 * truth.distance,
        offset: [0.03, -0.02],
      },
      light: ambientLight(),
    };
  });
  const input = { template, offsets: new Float32Array(size), lengthMetres, texture, views };
  return { input, view: views[0], trueOffsets, trueViewpoints, trueViewpoint };
}
