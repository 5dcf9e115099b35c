import { StudioError } from '../../shared/errors.ts';
import { cameraFrame, type Viewpoint } from '../../shared/viewpoint.ts';
import type { MaskCrop } from './target.ts';
import type { RefineInput, RefineView } from './types.ts';

/** More photos of one car than this aren't taken: each costs its share of the time. */
const mostViews = 12;

/** Refuses what can't be refined, in words for the person who asked. */
export function checkInput(input: RefineInput, iterations: number): void {
  const { template, offsets, views } = input;
  if (!(Number.isInteger(iterations) && iterations >= 1 && iterations <= 2000))
    throw invalid(`A refinement can't take ${iterations} iterations.`, 'Choose a number from 1 to 2000.');
  if (offsets.length !== template.vertices.length || !offsets.every(Number.isFinite))
    throw invalid(
      "The car's shape doesn't belong to this template.",
      'Reconstruct the car from its photo again.',
    );
  if (!(views.length >= 1 && views.length <= mostViews))
    throw invalid(
      `A refinement can't take ${views.length} photos.`,
      `Give 1 to ${mostViews} photos of the same car.`,
    );
  for (const view of views) checkView(input, view);
}

function checkView(input: RefineInput, view: RefineView): void {
  const { photo, mask, light, crop, viewpoint } = view;
  if (light.length !== 27 || !light.every(Number.isFinite))
    throw invalid("The car's light isn't nine colours.", 'Reconstruct the car from its photo again.');
  if (photo.rgb instanceof Uint8Array) checkPixels(photo, photo.rgb);
  if (mask.length !== photo.width * photo.height)
    throw new StudioError(
      'mask-size',
      `The mask has ${mask.length} pixels, the photo ${photo.width} x ${photo.height}.`,
      "Use a mask of the photo's size.",
    );
  const sizes = [crop.size, input.lengthMetres, viewpoint.distance, viewpoint.fovDeg];
  const places = [crop.x, crop.y, ...viewpoint.target, ...viewpoint.offset];
  const angles = [viewpoint.azimuthDeg, viewpoint.elevationDeg, viewpoint.rollDeg];
  if (![...sizes, ...places, ...angles].every(Number.isFinite) || Math.min(...sizes) <= 0)
    throw invalid(
      'The viewpoint is not a number throughout, or a size of it is not positive.',
      'Reconstruct the car from its photo again.',
    );
  if (insideCar(input, viewpoint))
    throw invalid(
      'The viewpoint lies inside the car.',
      'Move it away with the distance slider and refine again.',
    );
}

/** Refuses pixels [height, width, 3] that aren't a photo's. */
export function checkPixels({ width, height }: RefineView['photo'], rgb: Uint8Array): void {
  if (rgb.length !== 3 * width * height)
    throw invalid("The photo's pixels don't match its size.", 'Bring the photo in again.');
}

/** Refuses masks without an outline inside the crop: there is nothing to fit to. */
export function checkMask({ mask, valid }: MaskCrop): void {
  let covered = 0;
  let all = 0;
  for (let p = 0; p < valid.length; p++) {
    if (!valid[p]) continue;
    all++;
    if (mask[p] >= 0.5) covered++;
  }
  if (covered === 0)
    throw new StudioError(
      'no-car',
      'The mask shows no car.',
      'Choose a car in the photo, or give another mask.',
    );
  if (covered === all)
    throw new StudioError(
      'no-car',
      'The mask covers the whole photo, so there is no outline to fit.',
      'Use a photo that shows something beside the car, or give another mask.',
    );
}

function insideCar({ template, offsets, lengthMetres }: RefineInput, viewpoint: Viewpoint): boolean {
  const { eye } = cameraFrame(viewpoint);
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let k = 0; k < offsets.length; k++) {
    const x = (template.vertices[k] + offsets[k]) * lengthMetres;
    low[k % 3] = Math.min(low[k % 3], x);
    high[k % 3] = Math.max(high[k % 3], x);
  }
  return eye.every((x, k) => x >= low[k] && x <= high[k]);
}

function invalid(message: string, remedy: string): StudioError {
  return new StudioError('invalid-parameters', message, remedy);
}
