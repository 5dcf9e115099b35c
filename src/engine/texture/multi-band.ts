import type { AtlasLayout } from './atlas.ts';
import { Magnified } from './low-resolution.ts';

/** What lies over an atlas: colours [size, size, 3] sRGB and how far they hide what is below, [size, size] 0..255. */
export interface Layer {
  rgb: Uint8Array;
  share: Uint8Array;
  /** both are read at u -> 1 - u */
  mirrored: boolean;
}

/** Cells along the atlas of the widest band: about as far as a difference between layer and base wanders. */
const widestBand = 32;

/** A level of the pyramid, all averaged over square blocks of texels. */
interface Level {
  size: number;
  /** [size, size, 3] layer minus base, 0..255, where the layer is; elsewhere what coarser levels say */
  difference: Float32Array;
  /** [size, size] share of the layer 0..1 in the covered texels; elsewhere what coarser levels say */
  share: Float32Array;
  /** [size, size] the weights of both averages, 0..1 */
  layer: Float32Array;
  covered: Float32Array;
}

/**
 * Lays a layer over a base [size, size, 3] in place, each band of frequencies with a transition as wide as its waves, so
 * that no seam shows (Burt and Adelson 1983, A multiresolution spline with application to image mosaics; of the difference,
 * with means of 2 x 2 cells and bilinear expansion). Differences are averaged where the layer is and shares where the atlas
 * is covered (normalised convolution): neither the gutter nor what the layer lacks leaks in. A layer whose share is 255
 * everywhere replaces the base.
 */
export function layOver(layout: AtlasLayout, base: Uint8Array, layer: Layer): void {
  const levels = [firstLevel(layout, base, layer)];
  for (let last = levels[0]; last.size % 2 === 0 && last.size > 2; levels.push(last)) last = halved(last);
  fillGaps(levels);
  const widest = Math.max(
    0,
    levels.findLastIndex(({ size }) => size >= widestBand),
  );
  let sum = levels[widest].difference.map((value, i) => value * levels[widest].share[Math.floor(i / 3)]);
  for (let l = widest - 1; l >= 0; l--) sum = addBand(sum, levels[l], levels[l + 1]);
  addFinestBand(layout, base, layer, sum, levels[0]);
}

/** The level of half the atlas's size. */
function firstLevel({ size, texels }: AtlasLayout, base: Uint8Array, layer: Layer): Level {
  const half = size / 2;
  const level = emptyLevel(half);
  for (let k = 0; k < texels.length; k++) {
    const texel = texels[k];
    const y = (texel / size) | 0;
    const x = texel - y * size;
    const cell = (y >> 1) * half + (x >> 1);
    level.covered[cell] += 1 / 4;
    const from = layer.mirrored ? texel + size - 1 - 2 * x : texel;
    const weight = layer.share[from] / 1020;
    if (weight === 0) continue;
    level.layer[cell] += weight;
    for (let channel = 0; channel < 3; channel++) {
      level.difference[3 * cell + channel] +=
        weight * (layer.rgb[3 * from + channel] - base[3 * texel + channel]);
    }
  }
  return normalised(level);
}

function halved(fine: Level): Level {
  const size = fine.size / 2;
  const level = emptyLevel(size);
  for (let from = 0; from < fine.layer.length; from++) {
    const y = (from / fine.size) | 0;
    const cell = (y >> 1) * size + ((from - y * fine.size) >> 1);
    level.covered[cell] += fine.covered[from] / 4;
    const weight = fine.layer[from] / 4;
    if (weight === 0) continue;
    level.layer[cell] += weight;
    for (let channel = 0; channel < 3; channel++) {
      level.difference[3 * cell + channel] += weight * fine.difference[3 * from + channel];
    }
  }
  return normalised(level);
}

function emptyLevel(size: number): Level {
  return {
    size,
    difference: new Float32Array(3 * size * size),
    share: new Float32Array(size * size),
    layer: new Float32Array(size * size),
    covered: new Float32Array(size * size),
  };
}

/** Makes averages of the sums of weighted differences. */
function normalised(level: Level): Level {
  const { difference, share, layer, covered } = level;
  for (let cell = 0; cell < layer.length; cell++) {
    if (covered[cell] > 0) share[cell] = Math.min(1, (2 * layer[cell]) / covered[cell]);
    if (layer[cell] === 0) continue;
    for (let i = 3 * cell; i < 3 * cell + 3; i++) difference[i] /= layer[cell];
  }
  return level;
}

/** Cells without the layer take the next coarser level's difference, those without covered texels its share. */
function fillGaps(levels: Level[]): void {
  for (let l = levels.length - 2; l >= 0; l--) {
    const { size, difference, share, layer, covered } = levels[l];
    const differences = new Magnified(levels[l + 1].difference, levels[l + 1].size, 3, size);
    const shares = new Magnified(levels[l + 1].share, levels[l + 1].size, 1, size);
    for (let cell = 0; cell < layer.length; cell++) {
      const [x, y] = [cell % size, Math.floor(cell / size)];
      if (covered[cell] === 0) share[cell] = shares.at(x, y, 0);
      if (layer[cell] > 0) continue;
      for (let k = 0; k < 3; k++) difference[3 * cell + k] = differences.at(x, y, k);
    }
  }
}

/** The bands [n / 2, n / 2, 3] of coarser levels, expanded, and the one between this level and the next coarser one. */
function addBand(
  sum: Float32Array,
  { size, difference, share }: Level,
  coarser: Level,
): Float32Array<ArrayBuffer> {
  const coarse = new Magnified(sum, coarser.size, 3, size);
  const smooth = new Magnified(coarser.difference, coarser.size, 3, size);
  const out = new Float32Array(3 * size * size);
  const bands = new Float32Array(3);
  const low = new Float32Array(3);
  for (let cell = 0; cell < share.length; cell++) {
    const y = (cell / size) | 0;
    coarse.colourAt(cell - y * size, y, bands);
    smooth.colourAt(cell - y * size, y, low);
    for (let i = 3 * cell, k = 0; k < 3; i++, k++) {
      out[i] = bands[k] + share[cell] * (difference[i] - low[k]);
    }
  }
  return out;
}

/** The atlas's own band, under the layer's own share, and all coarser ones, into the base. */
function addFinestBand(
  { size, texels }: AtlasLayout,
  base: Uint8Array,
  { rgb, share, mirrored }: Layer,
  sum: Float32Array,
  coarser: Level,
): void {
  const coarse = new Magnified(sum, coarser.size, 3, size);
  const smooth = new Magnified(coarser.difference, coarser.size, 3, size);
  const bands = new Float32Array(3);
  const low = new Float32Array(3);
  for (let k = 0; k < texels.length; k++) {
    const texel = texels[k];
    const y = (texel / size) | 0;
    const x = texel - y * size;
    const from = mirrored ? texel + size - 1 - 2 * x : texel;
    const own = share[from] / 255;
    coarse.colourAt(x, y, bands);
    if (own > 0) smooth.colourAt(x, y, low);
    for (let channel = 0; channel < 3; channel++) {
      const i = 3 * texel + channel;
      let value = base[i] + bands[channel];
      if (own > 0) value += own * (rgb[3 * from + channel] - base[i] - low[channel]);
      base[i] = value < 0 ? 0 : value > 255 ? 255 : value + 0.5;
    }
  }
}
