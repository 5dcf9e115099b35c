import type { ModelTensors } from '../models/session.ts';
import type { ModelRunner } from '../models/store.ts';
import { type CropPicture, encoderInput } from '../photo/crop.ts';
import { azimuthBins } from './hypotheses.ts';

/** What the encoder says of a crop. */
export interface EncodedCar {
  /** [K] */
  coefficients: Float32Array;
  /** [V, 3] total offsets from the template's mean, car lengths */
  offsets: Float32Array;
  /** [24] */
  azimuthLogits: Float32Array;
  /** [24] in bins */
  azimuthResiduals: Float32Array;
  /** elevation and roll in radians, log distance (car lengths), log tan(fov / 2), offset x and y */
  camera: Float32Array;
  /** [9, 3] */
  light: Float32Array;
}

/** Light coefficients that are odd in x, and camera parameters that change sign in a mirrored picture. */
const oddLight = new Set([3, 4, 7]);
const oddCamera = new Set([1, 4]);

/** Runs the encoder on a crop and its mirror image and averages: the two err in different ways. */
export async function encodeCar(models: ModelRunner, picture: CropPicture): Promise<EncodedCar> {
  const { size } = picture;
  const crop = encoderInput(picture);
  const both = new Float32Array(2 * crop.length);
  both.set(crop);
  for (let row = 0; row < 5 * size; row++) {
    for (let x = 0; x < size; x++) both[crop.length + row * size + x] = crop[row * size + size - 1 - x];
  }
  const answer = await models.run('encoder', { crop: { data: both, dims: [2, 5, size, size] } });
  const mean = averager(answer);
  const mirrorBin = (bin: number) => (azimuthBins - bin) % azimuthBins;
  return {
    coefficients: mean('coefficients'),
    offsets: mean('offsets'),
    azimuthLogits: mean('azimuth_logits', mirrorBin),
    azimuthResiduals: mean('azimuth_residual', mirrorBin, () => -1),
    camera: mean('camera', undefined, (i) => (oddCamera.has(i) ? -1 : 1)),
    light: mean('light', undefined, (i) => (oddLight.has(Math.floor(i / 3)) ? -1 : 1)),
  };
}

/** Averages an output's first half with its second: entry i with sign(i) times the mirror image's entry from(i). */
function averager(answer: ModelTensors) {
  return (name: string, from = (i: number) => i, sign: (i: number) => number = () => 1): Float32Array => {
    const { data } = answer[name];
    const half = data.length / 2;
    return data.slice(0, half).map((value, i) => (value + sign(i) * data[half + from(i)]) / 2);
  };
}
