import { azimuthDifference, wrapAzimuth } from '../../shared/viewpoint.ts';

/** Azimuth bins of the encoder; bin b is centred on 15 b degrees. */
export const azimuthBins = 24;
const binDeg = 360 / azimuthBins;

/** Two azimuths nearer than this are one hypothesis. */
const distinctDeg = 45;

export interface AzimuthHypothesis {
  azimuthDeg: number;
  /** softmax share of the bin and its two neighbours */
  probability: number;
}

/**
 * The two likeliest distinct azimuths, the likelier first, from 24 logits and residuals (in bins; bin b is centred on 15 b
 * degrees). A network that sees one mode only gets its opposite as the second hypothesis.
 */
export function azimuthHypotheses(
  logits: ArrayLike<number>,
  residuals: ArrayLike<number>,
): AzimuthHypothesis[] {
  const top = Math.max(...Array.from(logits));
  const shares = Array.from(logits, (logit) => Math.exp(logit - top));
  const sum = shares.reduce((total, share) => total + share, 0);
  const around = (bin: number) =>
    (shares[(bin + azimuthBins - 1) % azimuthBins] + shares[bin] + shares[(bin + 1) % azimuthBins]) / sum;
  const ranked = shares
    .map((share, bin) => ({ share, bin }))
    .sort((a, b) => b.share - a.share)
    .map(({ bin }) => ({
      azimuthDeg: wrapAzimuth(binDeg * (bin + residuals[bin])),
      probability: around(bin),
    }));
  const [first] = ranked;
  const second = ranked.find(
    ({ azimuthDeg }) => Math.abs(azimuthDifference(first.azimuthDeg, azimuthDeg)) >= distinctDeg,
  );
  if (second && second.probability >= 0.02) return [first, second];
  const opposite = wrapAzimuth(first.azimuthDeg + 180);
  return [first, { azimuthDeg: opposite, probability: Math.max(1e-4, second?.probability ?? 0) }];
}
