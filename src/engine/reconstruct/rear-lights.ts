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

/**
 * What the colour under a drawn car's rear lights says for it: red where the bodywork is not speaks for this rear view (up to
 * 2), no red speaks a little against it (down to -0.8). 0 where no rear lights are drawn, and for red cars. Redness is
 * R - (G + B) / 2 in sRGB; on the first turntables its upper quartile exceeded the bodywork's by 0.25 to 0.66 on true rear
 * views with red lamps, and by less than 0.22 on front views taken for rear views.
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
  const lights: number[] = [];
  const paint: number[] = [];
  for (let p = 0; p < picture.mask.length; p++) {
    if (face[p] < 0 || picture.mask[p] < 0.9) continue;
    const part = template.parts[face[p]];
    const redness = picture.rgb[3 * p] - (picture.rgb[3 * p + 1] + picture.rgb[3 * p + 2]) / 2;
    if (part === rearLights) lights.push(redness);
    else if (part === body) paint.push(redness);
  }
  if (lights.length < fewest || paint.length < fewest) return 0;
  const usual = quantile(paint, 0.5);
  if (usual > redPaint) return 0;
  return Math.min(2, Math.max(-0.8, 8 * (quantile(lights, 0.75) - usual - 0.25)));
}

function quantile(values: number[], share: number): number {
  return values.sort((a, b) => a - b)[Math.floor(share * values.length)];
}
