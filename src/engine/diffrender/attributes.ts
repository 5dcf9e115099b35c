import type { Buffers } from './buffers.ts';
import type { Real, Scene } from './types.ts';

/** Writes the attributes [V, A] of a run's fragments, interpolated perspective-correctly, to `buffers.attributes`. */
export function interpolateAttributes(scene: Scene, buffers: Buffers, count: number, values: Real): void {
  const { faces } = scene.topology;
  const { attributes, sizes } = buffers;
  const { pixel, face, b } = buffers.fragments;
  const width = sizes.attributeCount;
  for (let i = 0; i < count; i++) {
    const f = 3 * face[i];
    for (let k = 0; k < width; k++) {
      attributes[width * pixel[i] + k] =
        b[0][i] * values[width * faces[f] + k] +
        b[1][i] * values[width * faces[f + 1] + k] +
        b[2][i] * values[width * faces[f + 2] + k];
    }
  }
}

/** Adds the gradient of the attributes' picture [H, W, A] to the attributes and to the barycentrics of a run. */
export function interpolateAttributesBackward(
  scene: Scene,
  buffers: Buffers,
  count: number,
  values: Real,
  pictureGradient: Real,
  attributeGradient: Float64Array,
): void {
  const { faces } = scene.topology;
  const { pixel, face, b, dB } = buffers.fragments;
  const width = buffers.sizes.attributeCount;
  for (let i = 0; i < count; i++) {
    for (let corner = 0; corner < 3; corner++) {
      const v = width * faces[3 * face[i] + corner];
      for (let k = 0; k < width; k++) {
        const g = pictureGradient[width * pixel[i] + k];
        attributeGradient[v + k] += g * b[corner][i];
        dB[corner][i] += g * values[v + k];
      }
    }
  }
}
