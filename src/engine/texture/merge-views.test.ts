import { describe, expect, it } from 'vitest';
import { atlasLayout } from './atlas.ts';
import type { BakedPhoto } from './bake.ts';
import { mergeViews } from './merge-views.ts';
import { boxTemplate } from './test-box.ts';

const size = 128;
const layout = atlasLayout(boxTemplate(), size);

/** One colour, seen where `visible` says. */
function baked(colour: readonly number[], visible: (texel: number) => number): BakedPhoto {
  const photo = { rgb: new Uint8Array(3 * size * size), visibility: new Float32Array(size * size) };
  for (const texel of layout.texels) {
    photo.visibility[texel] = visible(texel);
    if (photo.visibility[texel] > 0) photo.rgb.set(colour, 3 * texel);
  }
  return photo;
}

const upper = (texel: number) => texel < (size * size) / 2;
const [high] = layout.texels;
const low = layout.texels[layout.texels.length - 1];

describe('mergeViews', () => {
  it('is the photo itself where there is one', () => {
    const one = baked([10, 20, 30], () => 1);
    expect(mergeViews(layout, [one])).toBe(one);
  });

  it('takes each texel from the photo that sees it, the better one first', () => {
    const one = baked([100, 100, 100], (texel) => (upper(texel) ? 1 : 0));
    const two = baked([50, 60, 70], (texel) => (upper(texel) ? 0.3 : 0.8));
    const { rgb, visibility } = mergeViews(layout, [one, two]);
    expect(rgb[3 * high]).toBeCloseTo(100, -0.5);
    expect([...rgb.subarray(3 * low, 3 * low + 3)]).toEqual([50, 60, 70]);
    expect(visibility[high]).toBe(1);
    expect(visibility[low]).toBeCloseTo(0.8, 6);
  });

  it('brings a darker photo to the exposure of the first', () => {
    const one = baked([120, 90, 60], (texel) => (upper(texel) ? 1 : 0));
    const two = baked([80, 60, 40], () => 1);
    const { rgb } = mergeViews(layout, [one, two]);
    expect([...rgb.subarray(3 * low, 3 * low + 3)]).toEqual([120, 90, 60]);
  });
});
