import { expect } from 'vitest';
import type { Buffers } from './buffers.ts';
import type { PictureGradient } from './render.ts';
import type { Scene, Surface } from './types.ts';

/** A copy with values[k] moved by `step`. */
export function nudged(values: ArrayLike<number>, k: number, step: number): Float64Array {
  const copy = Float64Array.from(values);
  copy[k] += step;
  return copy;
}

export function withSurface(scene: Scene, change: Partial<Surface>): Scene {
  return { ...scene, surface: scene.surface && { ...scene.surface, ...change } };
}

/** Random weights of every number of the pictures: the gradient of the loss that `weighedLoss` adds up. */
export function randomWeights(
  scene: Scene,
  attributeCount: number,
  random: () => number,
): Required<PictureGradient> {
  const pixels = scene.width * scene.height;
  const weights = (length: number) => Float64Array.from({ length }, () => random() - 0.5);
  return {
    colour: weights(3 * pixels),
    mask: weights(pixels),
    depth: weights(pixels),
    attributes: weights(attributeCount * pixels),
  };
}

/** Sum of weight x value over the pictures in `buffers`; depth counts where a face is. */
export function weighedLoss(buffers: Buffers, weights: Required<PictureGradient>): number {
  const { colour, mask, depth, attributes } = weights;
  let sum = 0;
  for (let k = 0; k < (colour?.length ?? 0); k++) sum += (colour?.[k] ?? 0) * buffers.colour[k];
  for (let k = 0; k < (mask?.length ?? 0); k++) sum += (mask?.[k] ?? 0) * buffers.mask[k];
  for (let k = 0; k < (depth?.length ?? 0); k++)
    if (buffers.face[k] >= 0) sum += (depth?.[k] ?? 0) * buffers.depth[k];
  for (let k = 0; k < (attributes?.length ?? 0); k++) sum += (attributes?.[k] ?? 0) * buffers.attributes[k];
  return sum;
}

/**
 * Largest relative error of `gradient[k]` against central differences over all k, relative to the gradient's own size.
 * A number whose step changes which face a pixel shows, or which contour passes between two, is left out, since these are
 * held fixed; few may be.
 */
export function largestError(
  gradient: ArrayLike<number>,
  evaluate: (k: number, step: number) => number,
  buffers: Buffers,
): number {
  const step = 1e-6;
  const scale = Math.sqrt(Array.from(gradient).reduce((sum, g) => sum + g * g, 0) / gradient.length);
  let worst = 0;
  let skipped = 0;
  for (let k = 0; k < gradient.length; k++) {
    const above = evaluate(k, step);
    const faces = buffers.face.slice();
    const contours = buffers.pairEdge.slice();
    const below = evaluate(k, -step);
    const other = (e: number, p: number) => e !== buffers.pairEdge[p];
    if (faces.some((f, p) => f !== buffers.face[p]) || contours.some(other)) {
      skipped++;
      continue;
    }
    const difference = (above - below) / (2 * step);
    worst = Math.max(
      worst,
      Math.abs(difference - gradient[k]) / Math.max(Math.abs(difference), 0.01 * scale),
    );
  }
  expect(scale).toBeGreaterThan(0);
  expect(skipped).toBeLessThan(0.05 * gradient.length + 1);
  return worst;
}
