import { throwIfCancelled } from '../../shared/errors.ts';
import type { Template } from '../../shared/template.ts';
import { azimuthDifference, type Crop, type Viewpoint, wrapAzimuth } from '../../shared/viewpoint.ts';
import type { OrbitCamera } from '../diffrender/index.ts';
import type { ModelRunner } from '../models/store.ts';
import { backgroundInput, cropOf, cropPicture } from '../photo/crop.ts';
import type { DecodedPhoto } from '../photo/photo.ts';
import { boxCentre, viewpointOf } from '../render/camera.ts';
import { carVertices } from '../render/car.ts';
import { nearestBodyType } from './body-type.ts';
import { encodeCar } from './encode.ts';
import { type AzimuthHypothesis, azimuthHypotheses } from './hypotheses.ts';
import { plausibleLight } from './light-gain.ts';
import { type PoseFit, searchPose } from './pose-search.ts';
import { rearLightEvidence } from './rear-lights.ts';
import { Silhouette } from './silhouette.ts';
import { turnLight } from './turn-light.ts';
import { visibleBox } from './visible-box.ts';

/** Side of the networks' crop. */
const cropSide = 128;

const degree = Math.PI / 180;

/** One of the azimuths that the encoder thinks possible, drawn and fitted. */
export interface Hypothesis extends AzimuthHypothesis {
  /** of the fitted silhouette at 128 x 128, 0..1 */
  maskIoU: number;
  viewpoint: Viewpoint;
}

/** A car as the networks see it in a photo; nothing is refined but its pose. */
export interface Reconstruction {
  crop: Crop;
  viewpoint: Viewpoint;
  lengthMetres: number;
  /** name of the body type whose usual length was taken */
  bodyType: string;
  /** [V, 3] offsets from the template's mean, car lengths */
  offsets: Float32Array;
  /** [K] coefficients of the template's basis as the encoder gives them */
  coefficients: Float32Array;
  /** [9, 3] in the space of the car as `viewpoint` sees it */
  light: Float32Array;
  /** code of the neural view's background */
  background: Float32Array;
  /** the chosen one first */
  hypotheses: Hypothesis[];
}

export interface ReconstructOptions {
  /** take the hypothesis nearest to this azimuth instead of the best one; where none is near, this azimuth itself */
  azimuthDeg?: number;
  signal?: AbortSignal;
}

/** Shape, viewpoint and light of the car that the mask shows. Throws `no-car` for an empty mask. */
export async function reconstruct(
  models: ModelRunner,
  template: Template,
  photo: Pick<DecodedPhoto, 'width' | 'height' | 'rgb'>,
  mask: Uint8Array,
  options: ReconstructOptions = {},
): Promise<Reconstruction> {
  const crop = cropOf(mask, photo.width, photo.height);
  const picture = cropPicture(photo, mask, crop, cropSide);
  const encoded = await encodeCar(models, picture);
  throwIfCancelled(options.signal);
  const { code } = await models.run('background', {
    picture: { data: backgroundInput(picture), dims: [1, 4, cropSide, cropSide] },
  });
  throwIfCancelled(options.signal);

  const offsets = encoded.offsets;
  const vertices = carVertices(template, offsets);
  const { name: bodyType, lengthMetres } = nearestBodyType(template, vertices);
  const guesses = azimuthHypotheses(encoded.azimuthLogits, encoded.azimuthResiduals);
  const target = boxCentre(vertices);
  const visible = visibleBox(mask, photo.width, photo.height, crop);
  const silhouette = new Silhouette(template, picture);
  const fits = wantedGuesses(guesses, options.azimuthDeg).map((guess) => {
    const start = cameraOf(encoded.camera, guess.azimuthDeg, target);
    const fit = searchPose(silhouette, vertices, start, visible);
    const evidence = rearLightEvidence(silhouette, picture, template, vertices, fit.camera);
    return { guess, evidence, ...fit };
  });
  if (options.azimuthDeg === undefined) fits.sort((a, b) => plausibility(b) - plausibility(a));
  const [chosen] = fits;
  const turn = azimuthDifference(guesses[0].azimuthDeg, chosen.guess.azimuthDeg) * degree;
  return {
    crop,
    viewpoint: viewpointOf(chosen.camera, lengthMetres),
    lengthMetres,
    bodyType,
    offsets,
    coefficients: encoded.coefficients,
    light: plausibleLight(
      turnLight(encoded.light, turn),
      silhouette,
      picture,
      template.uv,
      vertices,
      chosen.camera,
    ),
    background: code.data,
    hypotheses: fits.map(({ guess, camera, maskIoU }) => ({
      ...guess,
      maskIoU,
      viewpoint: viewpointOf(camera, lengthMetres),
    })),
  };
}

/**
 * What counts how much in the choice of a hypothesis. The encoder is too sure of itself on photos, so its opinion (log of its
 * probability) is tempered. Chosen with the second encoder on the first 60 photos (their fronts told by eye) and six
 * turntables, of which 4 of 156 pictures are turned round with true masks and 4 with ours; 6 and 8 where the encoder alone
 * decides.
 */
const weights = { maskIoU: 8, logProbability: 0.7, rearLights: 2 };

function plausibility(fit: PoseFit & { guess: AzimuthHypothesis; evidence: number }): number {
  return (
    weights.maskIoU * fit.maskIoU +
    weights.logProbability * Math.log(fit.guess.probability) +
    weights.rearLights * fit.evidence
  );
}

/** All guesses, or the one within 45 degrees of an azimuth that is asked for. */
function wantedGuesses(guesses: AzimuthHypothesis[], azimuthDeg: number | undefined): AzimuthHypothesis[] {
  if (azimuthDeg === undefined) return guesses;
  const near = guesses.find((guess) => Math.abs(azimuthDifference(guess.azimuthDeg, azimuthDeg)) <= 45);
  return [near ?? { azimuthDeg: wrapAzimuth(azimuthDeg), probability: 1e-4 }];
}

/** The encoder's camera for an azimuth: elevation, roll (radians), log distance (lengths), log tan(fov / 2), offset. */
function cameraOf(
  [elevation, roll, logDistance, logTangent, dx, dy]: ArrayLike<number> & Iterable<number>,
  azimuthDeg: number,
  target: readonly [number, number, number],
): OrbitCamera {
  const clamp = (value: number, least: number, most: number) => Math.min(most, Math.max(least, value));
  return {
    azimuth: azimuthDeg * degree,
    elevation: clamp(elevation, -30 * degree, 80 * degree),
    roll: clamp(roll, -45 * degree, 45 * degree),
    distance: Math.exp(clamp(logDistance, Math.log(0.9), Math.log(12))),
    fov: 2 * Math.atan(Math.exp(clamp(logTangent, Math.log(0.03), Math.log(1.5)))),
    offset: [clamp(dx, -1, 1), clamp(dy, -1, 1)],
    target,
  };
}
