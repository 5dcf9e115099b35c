import type { AtlasLayout } from './atlas.ts';
import type { BakedPhoto } from './bake.ts';

/** How firmly the view that sees a texel best has its say: visibilities count with this power, so that little is averaged. */
const firmness = 6;
/** Texels that two photos show by at least this visibility tell how their exposures differ. */
const shared = 0.5;
/** Fewer such texels than this tell nothing. */
const fewest = 500;

/**
 * Several photos of one car as if they were one: each texel from the photos that see it, the one that sees it best first.
 * Photos after the first are brought to the exposure of those before, where they show the same texels.
 */
export function mergeViews(layout: AtlasLayout, views: readonly BakedPhoto[]): BakedPhoto {
  const [first, ...others] = views;
  return others.reduce((merged, view) => mergeTwo(layout, merged, view), first);
}

function mergeTwo({ texels }: AtlasLayout, one: BakedPhoto, two: BakedPhoto): BakedPhoto {
  const gain = [0, 1, 2].map((channel) => gainOf(texels, one, two, channel));
  const rgb = one.rgb.slice();
  const visibility = one.visibility.slice();
  for (const texel of texels) {
    const v = two.visibility[texel];
    if (v === 0) continue;
    const own = one.visibility[texel] ** firmness;
    const share = v ** firmness / (own + v ** firmness);
    visibility[texel] = Math.max(one.visibility[texel], v);
    for (let channel = 0; channel < 3; channel++) {
      const i = 3 * texel + channel;
      const other = Math.min(255, gain[channel] * two.rgb[i]);
      rgb[i] = Math.round(one.rgb[i] + share * (other - one.rgb[i]));
    }
  }
  return { rgb, visibility };
}

/** By what the second photo's channel is to be multiplied: the ratio of the sums over shared texels, within a factor of 2. */
function gainOf(texels: Uint32Array, one: BakedPhoto, two: BakedPhoto, channel: number): number {
  let [a, b, count] = [0, 0, 0];
  for (const texel of texels) {
    if (one.visibility[texel] < shared || two.visibility[texel] < shared) continue;
    a += one.rgb[3 * texel + channel];
    b += two.rgb[3 * texel + channel];
    count++;
  }
  return count >= fewest && b > 0 ? Math.min(2, Math.max(0.5, a / b)) : 1;
}
