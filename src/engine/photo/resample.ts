/** The source pixels that one target pixel averages: `first`, then as many weights as follow. */
interface Taps {
  first: Int32Array;
  count: Int32Array;
  /** all weights, target after target; each target's sum to 1 (or there are none: outside) */
  weights: Float32Array;
  start: Int32Array;
  /** share of each target pixel that lies inside the source, 0..1 */
  inside: Float32Array;
}

/** What enlarging does: interpolates linearly between pixel centres, or averages by overlap as shrinking does. */
export type Enlarging = 'linear' | 'box';

/**
 * Taps along one axis: target i covers [origin + i*step, origin + (i+1)*step) of a source with `length` pixels. Shrinking
 * averages by overlap (box filter).
 */
function tapsFor(length: number, origin: number, step: number, targets: number, enlarging: Enlarging): Taps {
  const most = Math.ceil(step) + 2;
  const taps: Taps = {
    first: new Int32Array(targets),
    count: new Int32Array(targets),
    start: new Int32Array(targets),
    weights: new Float32Array(targets * most),
    inside: new Float32Array(targets),
  };
  let used = 0;
  for (let i = 0; i < targets; i++) {
    const from = origin + i * step;
    taps.start[i] = used;
    if (step > 1 || enlarging === 'box') {
      const low = Math.max(0, from);
      const high = Math.min(length, from + step);
      if (high <= low) continue;
      taps.inside[i] = (high - low) / step;
      taps.first[i] = Math.floor(low);
      const last = Math.min(length, Math.ceil(high));
      for (let x = taps.first[i]; x < last; x++) {
        taps.weights[used++] = (Math.min(x + 1, high) - Math.max(x, low)) / (high - low);
      }
    } else {
      const centre = from + step / 2;
      if (centre < 0 || centre > length) continue;
      taps.inside[i] = 1;
      const at = Math.min(length - 1, Math.max(0, centre - 0.5));
      taps.first[i] = Math.floor(at);
      const fraction = at - taps.first[i];
      taps.weights[used++] = 1 - fraction;
      if (fraction > 0) taps.weights[used++] = fraction;
    }
    taps.count[i] = used - taps.start[i];
  }
  return taps;
}

/** A rectangle of the source, in its pixels; it may reach beyond the source. */
export interface Region {
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Resampled {
  /** [height, width, channels] in the source's range; 0 where the target pixel lies wholly outside */
  values: Float32Array;
  /** [height, width] share of the target pixel that lies inside the source, 0..1 */
  inside: Float32Array;
}

/**
 * Draws a region of an interleaved 8-bit or float picture at another size. Shrinking averages areas, enlarging is
 * bilinear unless told otherwise; only pixels of the source are averaged.
 */
export function resample(
  source: { width: number; height: number; channels: 1 | 3; data: Uint8Array | Float32Array },
  region: Region,
  width: number,
  height: number,
  enlarging: Enlarging = 'linear',
): Resampled {
  const { channels, data } = source;
  const across = tapsFor(source.width, region.x, region.width / width, width, enlarging);
  const down = tapsFor(source.height, region.y, region.height / height, height, enlarging);
  const values = new Float32Array(width * height * channels);
  const inside = new Float32Array(width * height);
  const row = new Float32Array(width * channels);
  for (let j = 0; j < height; j++) {
    const target = j * width * channels;
    for (let k = 0; k < down.count[j]; k++) {
      const weight = down.weights[down.start[j] + k];
      const rowStart = (down.first[j] + k) * source.width * channels;
      if (channels === 3) reduceRow3(data, rowStart, across, row);
      else reduceRow1(data, rowStart, across, row);
      for (let i = 0; i < row.length; i++) values[target + i] += weight * row[i];
    }
    for (let i = 0; i < width; i++) inside[j * width + i] = across.inside[i] * down.inside[j];
  }
  return { values, inside };
}

function reduceRow3(data: Uint8Array | Float32Array, rowStart: number, taps: Taps, row: Float32Array): void {
  const { first, count, start, weights } = taps;
  for (let i = 0; i < first.length; i++) {
    let [r, g, b] = [0, 0, 0];
    let at = rowStart + first[i] * 3;
    const end = start[i] + count[i];
    for (let t = start[i]; t < end; t++) {
      const weight = weights[t];
      r += weight * data[at];
      g += weight * data[at + 1];
      b += weight * data[at + 2];
      at += 3;
    }
    row[3 * i] = r;
    row[3 * i + 1] = g;
    row[3 * i + 2] = b;
  }
}

function reduceRow1(data: Uint8Array | Float32Array, rowStart: number, taps: Taps, row: Float32Array): void {
  const { first, count, start, weights } = taps;
  for (let i = 0; i < first.length; i++) {
    let sum = 0;
    let at = rowStart + first[i];
    const end = start[i] + count[i];
    for (let t = start[i]; t < end; t++) sum += weights[t] * data[at++];
    row[i] = sum;
  }
}

/**
 * Means of whole blocks of `factor` x `factor` pixels of an sRGB picture [height, width, 3], from pixel (x, y) on: columns x
 * rows of them, all inside the picture.
 */
export function shrinkBlocks(
  source: { width: number; rgb: Uint8Array },
  x: number,
  y: number,
  columns: number,
  rows: number,
  factor: number,
): Uint8Array {
  const out = new Uint8Array(3 * columns * rows);
  const sums = new Uint32Array(3 * columns);
  const scale = 1 / (factor * factor);
  for (let row = 0; row < rows; row++) {
    sums.fill(0);
    for (let line = 0; line < factor; line++) {
      let at = 3 * ((y + row * factor + line) * source.width + x);
      for (let column = 0; column < 3 * columns; column += 3) {
        let [r, g, b] = [0, 0, 0];
        for (let i = 0; i < factor; i++, at += 3) {
          r += source.rgb[at];
          g += source.rgb[at + 1];
          b += source.rgb[at + 2];
        }
        sums[column] += r;
        sums[column + 1] += g;
        sums[column + 2] += b;
      }
    }
    for (let i = 0; i < sums.length; i++) out[3 * columns * row + i] = sums[i] * scale + 0.5;
  }
  return out;
}
