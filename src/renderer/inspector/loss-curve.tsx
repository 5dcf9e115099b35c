import styles from './inspector.module.css';

const [width, height, margin] = [200, 72, 6];

/** Points of the curve in the picture's own units, the smallest loss at the bottom. `whole` is the number of iterations expected. */
export function curvePoints(losses: readonly number[], whole: number): string {
  const finite = losses.filter(Number.isFinite);
  const low = Math.min(...finite);
  const span = Math.max(...finite) - low || 1;
  const last = Math.max(1, whole - 1, losses.length - 1);
  return losses
    .map((loss, i) => {
      const x = (i / last) * width;
      const y = height - margin - ((loss - low) / span) * (height - 2 * margin);
      return Number.isFinite(y) ? `${x.toFixed(1)},${y.toFixed(1)}` : '';
    })
    .filter(Boolean)
    .join(' ');
}

export function LossCurve({ losses, iterations }: { losses: readonly number[]; iterations: number }) {
  const first = losses[0];
  const last = losses.at(-1);
  return (
    <div className={styles.curveBox}>
      <svg
        className={styles.curve}
        viewBox={`0 0 ${width} ${height}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={
          first === undefined || last === undefined
            ? 'Loss curve, empty'
            : `Loss curve, from ${first.toPrecision(3)} to ${last.toPrecision(3)}`
        }
      >
        <polyline points={curvePoints(losses, iterations)} />
      </svg>
      {first !== undefined && last !== undefined && (
        <span>
          loss {first.toPrecision(3)} to {last.toPrecision(3)}
        </span>
      )}
    </div>
  );
}
