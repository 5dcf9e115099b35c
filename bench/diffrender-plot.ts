/** One measured point of a curve: what was asked for, and milliseconds. */
export interface Point {
  x: number;
  y: number;
}

export interface Curve {
  /** what x counts */
  label: string;
  points: readonly Point[];
}

const [width, height, margin] = [420, 320, 56];

/** Curves side by side in logarithmic axes, each with a dashed line of slope 1 through its last point, as SVG. */
export function plot(curves: readonly Curve[]): string {
  const panels = curves.map((curve, k) => panel(curve, k * width));
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width * curves.length}" height="${height}" font-family="sans-serif" font-size="12"><rect width="100%" height="100%" fill="white"/>${panels.join('')}</svg>\n`;
}

function panel({ label, points }: Curve, left: number): string {
  const xs = points.map((p) => Math.log10(p.x));
  const ys = points.map((p) => Math.log10(p.y));
  const [x0, x1] = [Math.min(...xs), Math.max(...xs)];
  const [y0, y1] = [Math.floor(Math.min(...ys)), Math.ceil(Math.max(...ys))];
  const px = (x: number) => left + margin + ((x - x0) / (x1 - x0)) * (width - 1.5 * margin);
  const py = (y: number) => height - margin - ((y - y0) / (y1 - y0)) * (height - 1.7 * margin);
  const text = (x: number, y: number, anchor: string, what: string) =>
    `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}">${what}</text>`;
  const marks = points.map(
    (p, k) =>
      `<circle cx="${px(xs[k]).toFixed(1)}" cy="${py(ys[k]).toFixed(1)}" r="3.5" fill="#1559b5"/>${text(px(xs[k]) - 6, py(ys[k]) - 8, 'end', p.y.toFixed(p.y < 10 ? 1 : 0))}${text(px(xs[k]), height - margin + 16, 'middle', p.x.toLocaleString('en'))}`,
  );
  const decades = Array.from({ length: y1 - y0 + 1 }, (_, k) => y0 + k);
  const grid = decades.map(
    (y) =>
      `<line x1="${px(x0)}" x2="${px(x1)}" y1="${py(y)}" y2="${py(y)}" stroke="#ddd"/>${text(px(x0) - 8, py(y) + 4, 'end', `${10 ** y}`)}`,
  );
  const line = xs.map((x, k) => `${px(x).toFixed(1)},${py(ys[k]).toFixed(1)}`).join(' ');
  const last = xs.length - 1;
  const linearStart = Math.max(x0, xs[last] - (ys[last] - y0));
  const linear = `<line x1="${px(linearStart)}" y1="${py(ys[last] - (xs[last] - linearStart))}" x2="${px(xs[last])}" y2="${py(ys[last])}" stroke="#999" stroke-dasharray="5 4"/>`;
  return `${grid.join('')}${linear}<polyline points="${line}" fill="none" stroke="#1559b5" stroke-width="2"/>${marks.join('')}${text(left + width / 2, height - 12, 'middle', label)}${text(left + margin - 40, 22, 'start', 'ms, forward and backward (dashed: linear)')}`;
}

/** Largest growth of the time relative to the growth of x from one point to the next: at most 1 is linear or better. */
export function steepest(points: readonly Point[]): number {
  return Math.max(...points.slice(1).map((p, k) => p.y / points[k].y / (p.x / points[k].x)));
}
