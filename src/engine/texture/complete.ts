import { partNames, type Template } from '../../shared/template.ts';
import type { ModelRunner } from '../models/store.ts';
import { type AtlasLayout, atlasLayout, fillGutter } from './atlas.ts';
import type { BakedPhoto } from './bake.ts';
import { type BlockAverages, boxBlur, shrinkAtlas } from './low-resolution.ts';

/** Side of the texture model's atlas. */
export const modelAtlasSide = 128;

/** Reach of the colour correction, in texels of the small atlas: three box blurs of this radius. */
const correctionRadius = 4;

/**
 * The whole atlas [128, 128, 3] sRGB 0..1 as the `texture` model imagines it; its hidden bodywork moved to the colour of the
 * bodywork that the photo shows, its low frequencies to the observed colours near them, so that no step shows where the guess
 * begins.
 */
export async function completeAtlas(
  models: ModelRunner,
  template: Template,
  layout: AtlasLayout,
  baked: BakedPhoto,
): Promise<Float32Array> {
  const smallLayout = atlasLayout(template, modelAtlasSide);
  const seen = shrinkAtlas(layout, baked.rgb, baked.visibility, modelAtlasSide);
  fillSmallGutter(smallLayout, seen);
  const { texture } = await models.run('texture', {
    partial: { data: partialAtlas(seen), dims: [1, 5, modelAtlasSide, modelAtlasSide] },
  });
  return harmonise(repaint(interleave(texture.data), seen, bodywork(template, smallLayout)), seen);
}

/** Texels that no face covers take the nearest covered one, as in training. */
function fillSmallGutter(layout: AtlasLayout, seen: BlockAverages): void {
  layout.gutter.forEach((texel, i) => {
    const source = layout.gutterSource[i];
    seen.visibility[texel] = seen.visibility[source];
    seen.rgb.copyWithin(3 * texel, 3 * source, 3 * source + 3);
  });
}

/**
 * The model's input [5, S, S]: colour x visibility where the texel was seen, else its mirror texel's (u -> 1 - u) colour x
 * visibility; visibility; mirrored visibility.
 */
export function partialAtlas({ size, visibility, rgb }: BlockAverages): Float32Array {
  const plane = size * size;
  const partial = new Float32Array(5 * plane);
  for (let y = 0; y < size; y++) {
    for (let x = 0; x < size; x++) {
      const own = y * size + x;
      const mirror = y * size + size - 1 - x;
      const from = visibility[own] > 0 ? own : mirror;
      for (let channel = 0; channel < 3; channel++) {
        partial[channel * plane + own] = rgb[3 * from + channel] * visibility[from];
      }
      partial[3 * plane + own] = visibility[own];
      partial[4 * plane + own] = visibility[mirror];
    }
  }
  return partial;
}

/** [3, S, S] to [S, S, 3]. */
function interleave(planes: Float32Array): Float32Array {
  const count = planes.length / 3;
  return new Float32Array(planes.length).map((_, i) => planes[(i % 3) * count + Math.floor(i / 3)]);
}

/** [S, S] 1 for painted bodywork, soft towards glass, wheels, lights and the underside. */
function bodywork({ parts, vertices, faces }: Template, layout: AtlasLayout): Float32Array {
  const label = partNames.indexOf('body');
  const painted = parts.map((part, face) => {
    const [a, b, c] = faces.subarray(3 * face, 3 * face + 3);
    const edge = (to: number, axis: number) => vertices[3 * to + axis] - vertices[3 * a + axis];
    const [nx, ny, nz] = [1, 2, 0].map((p, k) => {
      const q = [2, 0, 1][k];
      return edge(b, p) * edge(c, q) - edge(b, q) * edge(c, p);
    });
    return part === label && ny > -0.6 * Math.hypot(nx, ny, nz) ? 1 : 0;
  });
  const body = new Float32Array(layout.size ** 2);
  layout.texels.forEach((texel, k) => {
    body[texel] = painted[layout.faces[k]];
  });
  fillGutter(layout, body, 1);
  return boxBlur(body, layout.size, 1, 1, 1);
}

/** Fewer texels than this (of the small atlas) say nothing about a colour. */
const fewest = 60;

/** Shifts the hidden bodywork so that its median colour becomes that of the bodywork in the photo. */
function repaint(
  guess: Float32Array,
  { size, visibility, rgb }: BlockAverages,
  body: Float32Array,
): Float32Array {
  const known = visibility.map((value, texel) => {
    const x = texel % size;
    return Math.min(1, 2 * Math.max(value, visibility[texel + size - 1 - 2 * x]));
  });
  const paint = medianColour(rgb, (texel) => body[texel] > 0.9 && visibility[texel] > 0.5);
  const guessed = medianColour(guess, (texel) => body[texel] > 0.9 && known[texel] === 0);
  if (!paint || !guessed) return guess;
  return guess.map((value, i) => {
    const texel = Math.floor(i / 3);
    return value + (paint[i % 3] - guessed[i % 3]) * body[texel] * (1 - known[texel]);
  });
}

/** The median of each channel over some texels; null if there are too few. */
function medianColour(rgb: Float32Array, counts: (texel: number) => boolean): number[] | null {
  const texels = Array.from({ length: rgb.length / 3 }, (_, texel) => texel).filter(counts);
  if (texels.length < fewest) return null;
  return [0, 1, 2].map((channel) => {
    const values = Float32Array.from(texels, (texel) => rgb[3 * texel + channel]).sort();
    return values[values.length >> 1];
  });
}

/** Adds to the guess the blurred difference of the observed colours from it; the correction fades away from them. */
function harmonise(guess: Float32Array, { size, visibility, rgb }: BlockAverages): Float32Array {
  const difference = rgb.map((value, i) => visibility[Math.floor(i / 3)] * (value - guess[i]));
  const spread = boxBlur(difference, size, 3, correctionRadius, 3);
  const weight = boxBlur(visibility, size, 1, correctionRadius, 3);
  return guess.map((value, i) =>
    Math.min(1, Math.max(0, value + spread[i] / (weight[Math.floor(i / 3)] + 0.05))),
  );
}
