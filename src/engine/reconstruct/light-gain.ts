import { luminance, srgbToLinear } from '../../shared/colour.ts';
import type { OrbitCamera, Surface } from '../diffrender/index.ts';
import type { CropPicture } from '../photo/crop.ts';
import type { Silhouette } from './silhouette.ts';

/** The brighter parts of a car (the 90th percentile of its albedo's luminance) lie in this range: black paint to white. */
const [darkestHighlight, brightestHighlight] = [0.12, 0.85];

/** Pixels that belong to the car for sure. */
const surely = 0.95;

const white = { width: 1, height: 1, texels: Float32Array.of(1, 1, 1) };

/**
 * A light of the same kind as `light` [9, 3] under which the photo's colours give a plausible albedo: exposure and paint
 * can't be told apart by one photo, so the light is scaled as little as needed.
 */
export function plausibleLight(
  light: Float32Array,
  silhouette: Silhouette,
  picture: CropPicture,
  uv: Float32Array,
  vertices: Float64Array,
  camera: OrbitCamera,
): Float32Array {
  const surface: Surface = { uv, texture: white, light, transfer: 'linear' };
  silhouette.draw(vertices, camera, surface);
  const { face, colour } = silhouette.buffers;
  const albedos: number[] = [];
  for (let p = 0; p < picture.mask.length; p++) {
    if (face[p] < 0 || picture.mask[p] < surely || picture.valid[p] < surely) continue;
    const [r, g, b] = [0, 1, 2].map((k) => srgbToLinear(picture.rgb[3 * p + k]));
    const shading = luminance(colour[3 * p], colour[3 * p + 1], colour[3 * p + 2]);
    albedos.push(luminance(r, g, b) / Math.max(0.01, shading));
  }
  if (albedos.length === 0) return light;
  albedos.sort((a, b) => a - b);
  const highlight = albedos[Math.floor(0.9 * (albedos.length - 1))];
  const wanted = Math.min(brightestHighlight, Math.max(darkestHighlight, highlight));
  // a photo that is black where the car is says nothing about its light
  const gain = Math.min(8, Math.max(0.25, highlight / wanted));
  return light.map((value) => value * gain);
}
