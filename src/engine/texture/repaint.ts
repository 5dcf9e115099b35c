import { partNames, type Template } from '../../shared/template.ts';
import { type AtlasLayout, fillGutter } from './atlas.ts';
import { type BlockAverages, boxBlur } from './low-resolution.ts';

/** Fewer texels than this (of the small atlas) say nothing about a colour. */
const fewest = 60;

/** Shades of the paint that a guess may give to hidden bodywork: gaps and shadows, no highlights. */
const [darkestShade, brightestShade] = [0.25, 1.25];

/** [S, S] 1 for painted bodywork, soft towards glass, wheels, lights and the underside. */
export function bodywork({ parts, vertices, faces }: Template, layout: AtlasLayout): Float32Array {
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

/** [S, S] how far a texel's colour is known, from the photo or from its mirror texel, 0..1. */
export function knownTexels({ size, visibility }: BlockAverages): Float32Array {
  return visibility.map((value, texel) => {
    const x = texel % size;
    return Math.min(1, 2 * Math.max(value, visibility[texel + size - 1 - 2 * x]));
  });
}

/**
 * Hidden bodywork in the paint of the photo: the guess gives its shades, its hue is not taken, because a guessed tint makes
 * the far side of a grey car purplish. The guess [S, S, 3] stays as it is where too little bodywork is seen to tell the paint.
 */
export function repaint(
  guess: Float32Array,
  { visibility, rgb }: BlockAverages,
  body: Float32Array,
  known: Float32Array,
): Float32Array {
  const paint = medianColour(rgb, (texel) => body[texel] > 0.9 && visibility[texel] > 0.5);
  const guessed = medianColour(guess, (texel) => body[texel] > 0.9 && known[texel] === 0);
  if (!paint || !guessed) return guess;
  const usual = Math.max(0.02, luma(guessed, 0));
  return guess.map((value, i) => {
    const texel = Math.floor(i / 3);
    const shade = Math.min(brightestShade, Math.max(darkestShade, luma(guess, 3 * texel) / usual));
    return value + (paint[i % 3] * shade - value) * body[texel] * (1 - known[texel]);
  });
}

/** Rec. 709 luma of the sRGB colour at an index. */
function luma(rgb: ArrayLike<number>, at: number): number {
  return 0.2126 * rgb[at] + 0.7152 * rgb[at + 1] + 0.0722 * rgb[at + 2];
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
