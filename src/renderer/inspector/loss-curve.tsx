import styles from './inspector.module.css';

const [width, height, margin] = [200, 72, 6];

/** What the curve is made of: the iteration (1 is the first) and its loss. */
type Point = readonly [iteration: number, loss: number];

/** The curve in the picture's own units, the smallest loss at the bottom, the last of `iterations` on the right. */
export function curvePoints(losses: readonly Point[], iterations: number): string {
  const finite = losses.filter(([, loss]) => Number.isFinite(loss));
  const values = finite.map(([, loss]) => loss);
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  return finite
    .map(([iteration, loss]) => {
      const x = ((iteration - 1) / Math.max(1, iterations - 1)) * width;
      const y = height - margin - ((loss - low) / span) * (height - 2 * margin);
      return `${x.toFixed(1)},${y.toFixed(1)}`;
    })
    .join(' ');
}

export function LossCurve({ losses, iterations }: { losses: readonly Point[]; iterations: number }) {
  const first = losses[0]?.[1];
  const last = losses.at(-1)?.[1];
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
