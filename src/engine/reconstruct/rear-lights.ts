import { partNames, type Template } from '../../shared/template.ts';
import type { OrbitCamera } from '../diffrender/index.ts';
import type { CropPicture } from '../photo/crop.ts';
import type { Silhouette } from './silhouette.ts';

const body = partNames.indexOf('body');
const rearLights = partNames.indexOf('lights_rear');

/** Rear lights that show in fewer pixels of the crop say nothing. */
const fewest = 8;

/** Bodywork redder than this hides the lights' colour. */
const redPaint = 0.2;

const [strongestFor, strongestAgainst] = [2, -0.8];

/** By how much of the crop's side red lights may be higher or lower on the car than drawn. */
const apart = 1 / 20;

/**
 * What the colour under a drawn car's rear lights says for it: red where the bodywork is not, there or a little higher or lower,
 * speaks for this rear view (up to 2); no red where they are drawn speaks a little against it (down to -0.8), and what is only
 * reddish elsewhere says nothing. 0 where no rear lights are drawn, and for red cars. Redness is R - (G + B) / 2 in sRGB. On 35
 * rear views of the five open turntable cars that are not red its upper quartile exceeds the bodywork's median by 0.25 on 23
 * where the lights are drawn and on 28 a little higher or lower (lamps of the others are dark or hardly seen); on 28 of their
 * front views taken for rear ones by 0.25 and 0.26 at most. So one rear view fewer is turned round, and none is left.
 */
export function rearLightEvidence(
  silhouette: Silhouette,
  picture: CropPicture,
  template: Template,
  vertices: Float64Array,
  camera: OrbitCamera,
): number {
  silhouette.draw(vertices, camera);
  const { face } = silhouette.buffers;
  const pixelsOf = (part: number) =>
    [...picture.mask.keys()].filter((p) => face[p] >= 0 && template.parts[face[p]] === part);
  const lights = pixelsOf(rearLights);
  const redness = rednessOf(picture);
  const paint = redness(pixelsOf(body));
  const seen = redness(lights).length;
  if (seen < fewest || paint.length < fewest) return 0;
  const usual = quantile(paint, 0.5);
  if (usual > redPaint) return 0;
  const evidence = (rows: number) => {
    const there = redness(lights.map((p) => p + rows * picture.size));
    return there.length < seen / 2 ? strongestAgainst : 8 * (quantile(there, 0.75) - usual - 0.25);
  };
  const reach = Math.round(apart * picture.size);
  const best = Math.max(...Array.from({ length: 2 * reach + 1 }, (_, k) => evidence(k - reach)));
  return Math.min(strongestFor, Math.max(strongestAgainst, best > 0 ? best : evidence(0)));
}

/** Redness of those of some pixels that lie well within the car; those beyond the picture's border don't. */
function rednessOf({ rgb, mask }: CropPicture) {
  return (pixels: number[]): number[] =>
    pixels.filter((p) => mask[p] >= 0.9).map((p) => rgb[3 * p] - (rgb[3 * p + 1] + rgb[3 * p + 2]) / 2);
}

function quantile(values: number[], share: number): number {
  return values.sort((a, b) => a - b)[Math.floor(share * values.length)];
}
