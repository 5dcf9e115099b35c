import type { Buffers } from './buffers.ts';
import { isPerspective } from './rasterise.ts';
import type { Real, Scene } from './types.ts';

/**
 * Takes the gradient of `depth` [H, W] back to the depths of the vertices (added to `buffers.clipGradient`) and to the
 * edge functions (added to `buffers.edgeGradient`): depth = sum b_k Z_k with perspective-correct barycentrics b, where a
 * perspective camera's Z is its W. Pixels without a face have no gradient.
 */
export function depthBackward(scene: Scene, buffers: Buffers, depthGradient: Real): void {
  const { width, height } = scene;
  const { faces } = scene.topology;
  const { clip, face, clipGradient, edgeGradient } = buffers;
  const row = isPerspective(scene.camera) ? 2 : 3;
  for (let y = 0, p = 0; y < height; y++) {
    const py = y + 0.5;
    for (let x = 0; x < width; x++, p++) {
      const g = depthGradient[p];
      const f = face[p];
      if (f < 0 || g === 0) continue;
      const px = x + 0.5;
      const a = 4 * faces[3 * f];
      const b = 4 * faces[3 * f + 1];
      const c = 4 * faces[3 * f + 2];
      const l0 = edge(clip, b, c, px, py);
      const l1 = edge(clip, c, a, px, py);
      const l2 = edge(clip, a, b, px, py);
      const s = 1 / (l0 + l1 + l2);
      clipGradient[a + row] += g * l0 * s;
      clipGradient[b + row] += g * l1 * s;
      clipGradient[c + row] += g * l2 * s;
      const depth = (l0 * clip[a + row] + l1 * clip[b + row] + l2 * clip[c + row]) * s;
      const e = 9 * f;
      addEdge(edgeGradient, e, g * s * (clip[a + row] - depth), px, py);
      addEdge(edgeGradient, e + 3, g * s * (clip[b + row] - depth), px, py);
      addEdge(edgeGradient, e + 6, g * s * (clip[c + row] - depth), px, py);
    }
  }
}

/** The edge function of two clip vertices at a pixel: p . (v x w). */
function edge(clip: Float64Array, v: number, w: number, px: number, py: number): number {
  return (
    (clip[v + 1] * clip[w + 2] - clip[v + 2] * clip[w + 1]) * px +
    (clip[v + 2] * clip[w] - clip[v] * clip[w + 2]) * py +
    clip[v] * clip[w + 1] -
    clip[v + 1] * clip[w]
  );
}

function addEdge(edgeGradient: Float64Array, at: number, slope: number, px: number, py: number): void {
  edgeGradient[at] += slope * px;
  edgeGradient[at + 1] += slope * py;
  edgeGradient[at + 2] += slope;
}
