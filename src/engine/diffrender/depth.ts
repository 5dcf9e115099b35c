import type { Buffers } from './buffers.ts';
import { isPerspective } from './rasterise.ts';
import type { Real, Scene } from './types.ts';

/**
 * Adds the gradient of `depth` [H, W] to the depths of the vertices (`buffers.clipGradient`) and to the barycentrics of a
 * run: depth = sum b_k Z_k, where a perspective camera's Z is its W.
 */
export function depthBackward(scene: Scene, buffers: Buffers, count: number, depthGradient: Real): void {
  const { faces } = scene.topology;
  const { clip, clipGradient } = buffers;
  const { pixel, face, b, dB } = buffers.fragments;
  const row = isPerspective(scene.camera) ? 2 : 3;
  for (let i = 0; i < count; i++) {
    const g = depthGradient[pixel[i]];
    for (let corner = 0; corner < 3; corner++) {
      const v = 4 * faces[3 * face[i] + corner] + row;
      clipGradient[v] += g * b[corner][i];
      dB[corner][i] += g * clip[v];
    }
  }
}
