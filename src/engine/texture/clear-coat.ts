import { linearToSrgb, luminance, srgbToLinear } from '../../shared/colour.ts';

/** Share of the light around it (white: 1) that a clear coat mirrors beside the paint's own colour; 0.04 is glass's at normal incidence. */
const mirrored = 0.03;
/** Share of the light that comes back through the coat, of what would come back from bare paint. Both chosen on training renders. */
const passed = 0.9;
/** What is at least left of the paint when the coat's share is taken from the light, and when it is taken from a colour. */
const [leastOfLight, leastOfColour] = [0.4, 0.5];

/**
 * By how much stronger a light is than it seems to be when what the clear coat mirrors is taken for paint [3], linear: seen
 * sides keep their colours, albedo and light share the difference.
 */
export function coatedGain(paint: readonly number[]): number {
  const own = luminance(paint[0], paint[1], paint[2]);
  return 1 / Math.max(leastOfLight, 1 - mirrored / Math.max(1e-6, own));
}

/**
 * The paint's own colour [3] (sRGB 0..1) of bodywork that looks like `colour` under its coat, for the sides that no photo
 * shows: what is mirrored there isn't what is mirrored here. Of the albedo, linear: (seen - mirrored) / passed.
 */
export function bareColour(colour: readonly number[]): number[] {
  return colour.map((value) => {
    const seen = srgbToLinear(value);
    return linearToSrgb(Math.max(leastOfColour * seen, (seen - mirrored) / passed));
  });
}
