import { encodeSrgb, render, type Scene } from '../index.ts';
import { buffersOf } from './fit-a-mesh.ts';

/** Draws a scene as rgba bytes; a colour blended with nothing at a contour is divided by its coverage again. */
export function overTransparency(scene: Scene): Uint8Array {
  const surface = scene.surface && { ...scene.surface, transfer: 'linear' as const };
  const hard = { ...scene, silhouette: null, surface };
  const buffers = buffersOf(hard);
  render(hard, buffers);
  const rgba = new Uint8Array(4 * scene.width * scene.height);
  for (let p = 0; p < scene.width * scene.height; p++) {
    const coverage = Math.min(1, Math.max(0, buffers.mask[p]));
    for (let k = 0; k < 3 && coverage > 0; k++)
      rgba[4 * p + k] = Math.round(255 * encodeSrgb(buffers.colour[3 * p + k] / coverage));
    rgba[4 * p + 3] = Math.round(255 * coverage);
  }
  return rgba;
}
