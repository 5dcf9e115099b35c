/**
 * Squared Euclidean distance [height, width] from each pixel centre to the nearest centre of a pixel whose value is at
 * least `threshold`; Infinity everywhere when there is none. Felzenszwalb and Huttenlocher, "Distance Transforms of
 * Sampled Functions", 2012: lower envelopes of parabolas, first along columns, then along rows.
 */
export function squaredDistances(
  values: ArrayLike<number>,
  width: number,
  height: number,
  threshold: number,
): Float64Array {
  const out = new Float64Array(width * height);
  const longest = Math.max(width, height);
  const line = new Float64Array(longest);
  const apex = new Int32Array(longest);
  const from = new Float64Array(longest + 1);
  for (let p = 0; p < out.length; p++) out[p] = values[p] >= threshold ? 0 : Infinity;
  for (let x = 0; x < width; x++) envelope(out, x, width, height, line, apex, from);
  for (let y = 0; y < height; y++) envelope(out, y * width, 1, width, line, apex, from);
  return out;
}

/** Replaces the `count` numbers at start, start + step ... by min over q of (p - q)^2 + number_q. */
function envelope(
  data: Float64Array,
  start: number,
  step: number,
  count: number,
  line: Float64Array,
  apex: Int32Array,
  from: Float64Array,
): void {
  let last = -1;
  for (let q = 0; q < count; q++) {
    line[q] = data[start + q * step];
    if (line[q] === Infinity) continue;
    let meets = -Infinity;
    while (last >= 0) {
      const r = apex[last];
      meets = (line[q] + q * q - line[r] - r * r) / (2 * (q - r));
      if (meets > from[last]) break;
      last--;
      meets = -Infinity;
    }
    last++;
    apex[last] = q;
    from[last] = meets;
  }
  if (last < 0) return;
  let k = 0;
  for (let p = 0; p < count; p++) {
    while (k < last && from[k + 1] < p) k++;
    data[start + p * step] = (p - apex[k]) ** 2 + line[apex[k]];
  }
}
