import { expect, it } from 'vitest';
import { atlasLayout } from '../src/engine/texture/atlas.ts';
import { boxTemplate } from '../src/engine/texture/test-box.ts';
import { linearToSrgb } from '../src/shared/colour.ts';
import { comparedSide, plainlyMirrored } from './atlas-colours.ts';
import { placedErrors, placesOf } from './placed-errors.ts';

const layout = atlasLayout(boxTemplate(), comparedSide);
const texels = comparedSide ** 2;
/** The camera sees the atlas's left half; the right half is its mirror image. */
const visibility = Float32Array.from({ length: texels }, (_, i) =>
  i % comparedSide < comparedSide / 2 ? 1 : 0,
);
const everywhere = new Uint8Array(texels).fill(1);

it('sorts known texels by what the camera sees of them', () => {
  const all = placesOf(layout, everywhere, visibility);
  expect(all.seen.length).toBe(all.mirrored.length);
  expect(all.seen.length + all.mirrored.length).toBe(layout.texels.length);
  expect(all.hidden).toEqual([]);
  const upper = visibility.map((value, i) => (i < texels / 2 ? value : 0));
  expect(placesOf(layout, everywhere, upper).hidden.length).toBeGreaterThan(1000);
  expect(placesOf(layout, new Uint8Array(texels), visibility).seen).toEqual([]);
  const border = visibility.map((value) => 0.3 * value);
  expect(placesOf(layout, everywhere, border)).toEqual({ seen: [], mirrored: [], hidden: [] });
});

it('measures colours as they are and with one exposure removed', () => {
  const albedo = new Float32Array(3 * texels).fill(linearToSrgb(0.4));
  const darker = new Float32Array(3 * texels).fill(linearToSrgb(0.2));
  const { seen, unseen, hidden } = placedErrors(darker, albedo, placesOf(layout, everywhere, visibility));
  expect(seen.raw).toBeCloseTo(linearToSrgb(0.4) - linearToSrgb(0.2), 4);
  expect(seen.exposed).toBeCloseTo(0, 4);
  expect(unseen.exposed).toBeCloseTo(0, 4);
  expect(hidden).toEqual({ raw: null, exposed: null });
});

it('mirrors what is seen, and takes its mean where neither side is', () => {
  const colours = Float32Array.from({ length: 3 * texels }, (_, i) => (i < 1.5 * texels ? 0.8 : 0.4));
  const upper = visibility.map((value, i) => (i < texels / 2 ? value : 0));
  const whole = plainlyMirrored(layout, { colours, visibility: upper });
  const places = placesOf(layout, everywhere, upper);
  const at = (texel: number) => whole[3 * texel];
  expect(new Set(places.mirrored.map(at))).toEqual(new Set([Math.fround(0.8)]));
  expect(at(places.hidden[0])).toBeCloseTo(0.8, 5);
  const both = plainlyMirrored(layout, { colours, visibility });
  expect(placedErrors(both, colours, placesOf(layout, everywhere, visibility)).unseen.raw).toBeCloseTo(0, 6);
});
