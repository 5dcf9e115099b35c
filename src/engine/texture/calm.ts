import type { Template } from '../../shared/template.ts';
import { type AtlasLayout, atlasLayout } from './atlas.ts';
import type { BakedPhoto } from './bake.ts';
import { bareColour } from './clear-coat.ts';
import { boxBlur, Magnified, shrinkAtlas } from './low-resolution.ts';
import { bodywork, paintOf, shareOfPaint } from './repaint.ts';

/** Side of the atlas in which bodywork is told from the rest. */
const bodySide = 128;
/** Side of the atlas whose cells are as wide as the shades that are taken away; what is smaller stays. */
const shadeSide = 64;

/**
 * A copy of the photo's colours [size, size, 3] with the shades of its bodywork taken away, for the side of the car that it doesn't
 * show: shadows and reflections there aren't the mirror image of those here, nor does the light model know them. Means over
 * wide cells of what is bodywork become the paint, where they come near it; what differs more stays, so does detail. Both
 * lose what their clear coat mirrors.
 */
export function calmed(template: Template, layout: AtlasLayout, { rgb, visibility }: BakedPhoto): Uint8Array {
  const { size, texels } = layout;
  const bodyAt = new Magnified(bodywork(template, atlasLayout(template, bodySide)), bodySide, 1, size);
  const share = (texel: number) => {
    const y = (texel / size) | 0;
    return visibility[texel] === 0 ? 0 : bodyAt.at(texel - y * size, y, 0);
  };
  const weight = new Float32Array(size * size);
  for (const texel of texels) weight[texel] = visibility[texel] * share(texel) ** 4;
  const seen = shrinkAtlas(layout, rgb, weight, shadeSide);
  const paint = paintOf(seen, seen.visibility, 0.5);
  const out = rgb.slice();
  if (!paint) return out;
  const barePaint = bareColour(paint);
  const spread = boxBlur(
    seen.rgb.map((value, i) => value * seen.visibility[Math.floor(i / 3)]),
    shadeSide,
    3,
    1,
    1,
  );
  const room = boxBlur(seen.visibility, shadeSide, 1, 1, 1);
  const change = new Float32Array(3 * shadeSide * shadeSide);
  for (let cell = 0; cell < room.length; cell++) {
    if (room[cell] < 1e-3) continue;
    const mean = [0, 1, 2].map((k) => spread[3 * cell + k] / room[cell]);
    const near = shareOfPaint(mean, paint);
    const bare = bareColour(mean);
    for (let k = 0; k < 3; k++) {
      change[3 * cell + k] = 255 * (bare[k] + near * (barePaint[k] - bare[k]) - mean[k]);
    }
  }
  const changeAt = new Magnified(change, shadeSide, 3, size);
  const added = new Float32Array(3);
  for (const texel of texels) {
    const body = share(texel);
    if (body === 0) continue;
    const y = (texel / size) | 0;
    changeAt.colourAt(texel - y * size, y, added);
    for (let k = 0; k < 3; k++) {
      const value = rgb[3 * texel + k] + body * added[k];
      out[3 * texel + k] = value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
    }
  }
  return out;
}
