/** Fewer places than this say nothing about the paint. */
const fewest = 60;

/** Share of the places that tell a colourful paint: the purest. */
const purest = 0.5;

/** Purity (largest minus smallest channel, sRGB) up to which paint counts as grey, and from which on as colourful. */
const [grey, colourful] = [0.1, 0.25];

/**
 * The paint's colour of places on bodywork, [n, 3] sRGB 0..1, n of at least 60, else null: their median; of a colourful
 * paint that of the purer half, because what a coat of lacquer mirrors is paler than the paint, and never purer.
 */
export function paintColour(colours: ArrayLike<number>): [number, number, number] | null {
  const count = colours.length / 3;
  if (count < fewest) return null;
  const purity = Float32Array.from({ length: count }, (_, i) => {
    const [r, g, b] = [colours[3 * i], colours[3 * i + 1], colours[3 * i + 2]];
    return Math.max(r, g, b) - Math.min(r, g, b);
  });
  const sorted = purity.slice().sort();
  const usual = sorted[count >> 1];
  const share = Math.min(1, Math.max(0, (usual - grey) / (colourful - grey)));
  const least = sorted[Math.floor((1 - purest) * (count - 1))];
  const median = (channel: number, from: number) => {
    const values: number[] = [];
    for (let i = 0; i < count; i++) if (purity[i] >= from) values.push(colours[3 * i + channel]);
    return Float32Array.from(values).sort()[values.length >> 1];
  };
  const of = (channel: number) => {
    const all = median(channel, 0);
    return all + share * (median(channel, least) - all);
  };
  return [of(0), of(1), of(2)];
}
