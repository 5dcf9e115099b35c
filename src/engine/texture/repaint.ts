import { luminance } from '../../shared/colour.ts';
import { partNames, type Template } from '../../shared/template.ts';
import { type AtlasLayout, fillGutter } from './atlas.ts';
import { type BlockAverages, boxBlur } from './low-resolution.ts';
import { paintColour } from './paint-colour.ts';

/** Shades of the paint that a guess may give to hidden bodywork: gaps and shadows, no highlights. */
const [darkestShade, brightestShade] = [0.25, 1.25];

/** Differences (sRGB 0..1) from the paint up to which unseen bodywork is paint, and from which on it is something else. */
const [nearPaint, farFromPaint] = [0.32, 0.56];

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
 * Bodywork that the photo doesn't show itself, in the paint that it does show. Where the guess [S, S, 3] comes near the paint
 * it is the paint: what it varies there is shading and reflections of the side that was seen. Where it differs more, it
 * stays, or, where not even its mirror image was seen, gives its shades: its hue is not taken, because a guessed tint makes
 * the far side of a grey car purplish. The guess stays as it is where too little bodywork is seen to tell the paint.
 */
export function repaint(
  guess: Float32Array,
  { visibility, rgb }: BlockAverages,
  body: Float32Array,
  known: Float32Array,
): Float32Array {
  const paint = paintOf({ visibility, rgb }, body);
  const guessed = paintColour(coloursOf(guess, (texel) => body[texel] > 0.9 && known[texel] === 0));
  if (!paint) return guess;
  const usual = guessed && Math.max(0.02, luma(guessed, 0));
  const out = guess.slice();
  for (let texel = 0; texel < visibility.length; texel++) {
    const share = body[texel] * (1 - Math.min(1, 2 * visibility[texel]));
    if (share === 0) continue;
    const shade = usual && Math.min(brightestShade, Math.max(darkestShade, luma(guess, 3 * texel) / usual));
    const own = (k: number) => {
      const mirrored = guess[3 * texel + k];
      return shade === null ? mirrored : mirrored + (paint[k] * shade - mirrored) * (1 - known[texel]);
    };
    const colour = [own(0), own(1), own(2)];
    const near = shareOfPaint(colour, paint);
    colour.forEach((value, k) => {
      const i = 3 * texel + k;
      out[i] += share * (value + near * (paint[k] - value) - out[i]);
    });
  }
  return out;
}

/** How far a colour of bodywork is the paint under other shades, 0..1. */
export function shareOfPaint(colour: readonly number[], paint: readonly number[]): number {
  const apart = Math.max(...colour.map((value, k) => Math.abs(value - paint[k])));
  const t = Math.min(1, Math.max(0, (farFromPaint - apart) / (farFromPaint - nearPaint)));
  return t * t * (3 - 2 * t);
}

/** The paint [3] sRGB 0..1 of what is bodywork and seen; null where too little is. */
export function paintOf(
  { visibility, rgb }: Omit<BlockAverages, 'size'>,
  body: Float32Array,
  leastBody = 0.9,
): number[] | null {
  return paintColour(coloursOf(rgb, (texel) => body[texel] > leastBody && visibility[texel] > 0.5));
}

/** Rec. 709 luma of the sRGB colour at an index. */
function luma(rgb: ArrayLike<number>, at: number): number {
  return luminance(rgb[at], rgb[at + 1], rgb[at + 2]);
}

/** The colours [n, 3] of some texels. */
export function coloursOf(rgb: Float32Array | Uint8Array, counts: (texel: number) => boolean): number[] {
  const colours: number[] = [];
  for (let texel = 0; texel < rgb.length / 3; texel++) {
    if (counts(texel)) colours.push(rgb[3 * texel], rgb[3 * texel + 1], rgb[3 * texel + 2]);
  }
  return colours;
}
