import type { AtlasLayout } from './atlas.ts';

/** Averages over the covered texels of square blocks of an atlas. */
export interface BlockAverages {
  /** texels along the side of the small atlas */
  size: number;
  /** [size, size] mean visibility of the block's covered texels */
  visibility: Float32Array;
  /** [size, size, 3] 0..1, mean colour weighted with visibility; 0 where nothing is visible */
  rgb: Float32Array;
}

/** The atlas at a smaller size that divides it. Blocks without any covered texel are 0. */
export function shrinkAtlas(
  layout: AtlasLayout,
  rgb: Uint8Array,
  visibility: Float32Array,
  size: number,
): BlockAverages {
  const block = layout.size / size;
  if (!Number.isInteger(block)) throw new RangeError(`shrinkAtlas: ${size} does not divide ${layout.size}.`);
  const count = new Float32Array(size * size);
  const weight = new Float32Array(size * size);
  const colour = new Float32Array(3 * size * size);
  const { texels } = layout;
  const columns = Int32Array.from({ length: layout.size }, (_, x) => Math.floor(x / block));
  for (let k = 0; k < texels.length; k++) {
    const texel = texels[k];
    const y = (texel / layout.size) | 0;
    const cell = columns[y] * size + columns[texel - y * layout.size];
    count[cell]++;
    const v = visibility[texel];
    if (v === 0) continue;
    weight[cell] += v;
    colour[3 * cell] += v * rgb[3 * texel];
    colour[3 * cell + 1] += v * rgb[3 * texel + 1];
    colour[3 * cell + 2] += v * rgb[3 * texel + 2];
  }
  for (let i = 0; i < colour.length; i++) {
    const w = weight[Math.floor(i / 3)];
    if (w > 0) colour[i] /= 255 * w;
  }
  for (let cell = 0; cell < weight.length; cell++) if (count[cell] > 0) weight[cell] /= count[cell];
  return { size, visibility: weight, rgb: colour };
}

/** Box blur [size, size, channels] with a window of 2 radius + 1 clipped at the rim, `passes` times; sums, not means, at the rim. */
export function boxBlur(
  values: Float32Array,
  size: number,
  channels: 1 | 3,
  radius: number,
  passes: number,
): Float32Array {
  let current = values;
  for (let pass = 0; pass < passes; pass++) {
    current = blurAxis(blurAxis(current, size, channels, radius, true), size, channels, radius, false);
  }
  return current;
}

function blurAxis(
  values: Float32Array,
  size: number,
  channels: number,
  radius: number,
  alongRows: boolean,
): Float32Array {
  const out = new Float32Array(values.length);
  const step = alongRows ? channels : channels * size;
  const lineStep = alongRows ? channels * size : channels;
  const scale = 1 / (2 * radius + 1);
  for (let line = 0; line < size; line++) {
    for (let channel = 0; channel < channels; channel++) {
      const start = line * lineStep + channel;
      let sum = 0;
      for (let i = 0; i < Math.min(radius, size); i++) sum += values[start + i * step];
      for (let i = 0; i < size; i++) {
        if (i + radius < size) sum += values[start + (i + radius) * step];
        if (i - radius - 1 >= 0) sum -= values[start + (i - radius - 1) * step];
        out[start + i * step] = sum * scale;
      }
    }
  }
  return out;
}

/** A small atlas [size, size, channels] read bilinearly at the texels of a larger one, of which no copy is made. */
export class Magnified {
  private readonly places: Int32Array;
  private readonly fractions: Float32Array;

  constructor(
    private readonly values: Float32Array,
    private readonly size: number,
    private readonly channels: 1 | 3,
    largeSize: number,
  ) {
    this.places = new Int32Array(largeSize);
    this.fractions = new Float32Array(largeSize);
    for (let i = 0; i < largeSize; i++) {
      const place = Math.min(size - 1, Math.max(0, ((i + 0.5) * size) / largeSize - 0.5));
      this.places[i] = Math.min(size - 2, Math.floor(place));
      this.fractions[i] = place - this.places[i];
    }
  }

  /** The value of a channel at texel (x, y) of the larger atlas. */
  at(x: number, y: number, channel: number): number {
    const { values, channels, places, fractions } = this;
    const top = channels * (this.size * places[y] + places[x]) + channel;
    const bottom = top + channels * this.size;
    const upper = values[top] + (values[top + channels] - values[top]) * fractions[x];
    const lower = values[bottom] + (values[bottom + channels] - values[bottom]) * fractions[x];
    return upper + (lower - upper) * fractions[y];
  }

  /** The three channels at texel (x, y) of the larger atlas, into `out`. */
  colourAt(x: number, y: number, out: Float32Array): void {
    const { values, places, fractions } = this;
    const top = 3 * (this.size * places[y] + places[x]);
    const bottom = top + 3 * this.size;
    const fx = fractions[x];
    const fy = fractions[y];
    for (let k = 0; k < 3; k++) {
      const upper = values[top + k] + (values[top + 3 + k] - values[top + k]) * fx;
      const lower = values[bottom + k] + (values[bottom + 3 + k] - values[bottom + k]) * fx;
      out[k] = upper + (lower - upper) * fy;
    }
  }
}
