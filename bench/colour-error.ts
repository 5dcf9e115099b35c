import type { ComparedPictures } from './compared-pictures.ts';

/**
 * How well a drawn car reproduces its photo, in dB: the peak signal-to-noise ratio of sRGB colours where both are. Null if
 * there is no such pixel.
 */
export function colourPsnr({ photo, drawn, inside }: ComparedPictures): number | null {
  let [sum, count] = [0, 0];
  for (let p = 0; p < inside.length; p++) {
    if (inside[p] === 0) continue;
    count++;
    for (let k = 3 * p; k < 3 * p + 3; k++) sum += ((drawn.rgb[k] - photo.rgb[k]) / 255) ** 2;
  }
  return count === 0 ? null : -10 * Math.log10(Math.max(1e-10, sum / (3 * count)));
}
