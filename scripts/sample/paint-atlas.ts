import { atlasLayout } from '../../src/engine/texture/atlas.ts';
import type { Template } from '../../src/shared/template.ts';
import type { Vec3 } from '../../src/shared/viewpoint.ts';

/** sRGB, 0..255 */
export type Colour = readonly [number, number, number];
const wheelRadius = 0.071;

/** Middle of each wheel, by part: that of its box, car lengths. */
function wheelCentres({ faces, parts, vertices }: Template): Vec3[] {
  return [2, 3, 4, 5].map((part) => {
    const own = [...faces].filter((_vertex, i) => parts[Math.floor(i / 3)] === part);
    const middle = (axis: number) => {
      const values = own.map((vertex) => vertices[3 * vertex + axis] ?? 0);
      return (Math.min(...values) + Math.max(...values)) / 2;
    };
    return [middle(0), wheelRadius, middle(2)];
  });
}

/** [V] how much of a part each vertex is: its share of the faces around, smoothed once, so that borders are no saw. */
function vertexShares({ faces, parts, vertexCount }: Template, part: number): Float32Array {
  let shares: Float32Array | null = null;
  for (let pass = 0; pass < 2; pass++) {
    const [sum, count] = [new Float32Array(vertexCount), new Float32Array(vertexCount)];
    for (let f = 0; f < faces.length; f += 3) {
      const corners = [0, 1, 2].map((k) => faces[f + k] ?? 0);
      const value: number = shares
        ? corners.reduce((total, v) => total + (shares?.[v] ?? 0), 0) / 3
        : Number(parts[f / 3] === part);
      for (const v of corners) {
        sum[v] = (sum[v] ?? 0) + value;
        count[v] = (count[v] ?? 0) + 1;
      }
    }
    shares = sum.map((value, v) => value / (count[v] ?? 1));
  }
  return shares ?? new Float32Array(vertexCount);
}

/** sRGB albedo of a point of the surface; `shares` says how much of glass, front and rear lights it is. */
function colourAt([x, y, z]: Vec3, shares: [number, number, number], wheels: Vec3[], paint: Colour): Colour {
  for (const wheel of wheels) {
    const [dy, dz] = [y - wheel[1], z - wheel[2]];
    const radius = Math.hypot(dy, dz);
    if (radius > wheelRadius * 1.08 || Math.abs(x - wheel[0]) > 0.1) continue;
    const spoke = Math.cos(5 * Math.atan2(dy, dz)) > -0.2;
    return radius < 0.043 && (spoke || radius < 0.013) ? [168, 172, 176] : [24, 24, 26];
  }
  const [side, front] = [Math.abs(x) > 0.12, z > 0];
  const [r, g, b] = paint;
  const seam: Colour = [0.58 * r, 0.58 * g, 0.58 * b];
  if (shares[0] > 0.5) {
    const pillar = Math.abs(x) > 0.09 && Math.abs(z + 0.045) < 0.008;
    return pillar ? [20, 22, 24] : [34, 42, 50];
  }
  if (shares[1] > 0.3) return [222, 226, 228];
  if (!front && Math.abs(z) > 0.44 && Math.abs(x) > 0.1 && y > 0.155 && y < 0.19) return [150, 14, 20];
  if (y < 0.06) return [30, 30, 32];
  const plateBottom = front ? 0.08 : 0.125;
  const plate = y > plateBottom && y < plateBottom + 0.024;
  if (Math.abs(z) > 0.44 && Math.abs(x) < 0.055 && plate) return [235, 235, 228];
  if (z > 0.46 && Math.abs(x) < 0.1 && y > 0.11 && y < 0.145) return [22, 22, 24];
  if (!front && !side && Math.abs(z) > 0.4 && Math.abs(y - 0.2) < 0.0022) return seam;
  const doors =
    side && y > 0.065 && y < 0.19 && [0.13, -0.045, -0.22].some((at) => Math.abs(z - at) < 0.0022);
  const handle =
    side && Math.abs(y - 0.178) < 0.0035 && [-0.02, -0.195].some((at) => Math.abs(z - at) < 0.016);
  return doors || handle ? seam : paint;
}

/** The template's mean car painted by its part labels: an sRGB albedo atlas [size, size, 3] that is nobody else's work. */
export function paintAtlas(template: Template, size: number, paint: Colour): Uint8Array {
  const layout = atlasLayout(template, size);
  const wheels = wheelCentres(template);
  const parts = [1, 6, 7].map((part) => vertexShares(template, part));
  const rgb = new Uint8Array(3 * size ** 2);
  layout.texels.forEach((texel, k) => {
    const face = layout.faces[k] ?? 0;
    const [wb, wc] = [layout.weights[2 * k] ?? 0, layout.weights[2 * k + 1] ?? 0];
    const [a = 0, b = 0, c = 0] = template.faces.subarray(3 * face, 3 * face + 3);
    const mix = (values: Float32Array, stride: number, axis: number) =>
      (1 - wb - wc) * (values[stride * a + axis] ?? 0) +
      wb * (values[stride * b + axis] ?? 0) +
      wc * (values[stride * c + axis] ?? 0);
    const point: Vec3 = [
      mix(template.vertices, 3, 0),
      mix(template.vertices, 3, 1),
      mix(template.vertices, 3, 2),
    ];
    const [glass = 0, front = 0, rear = 0] = parts.map((shares) => mix(shares, 1, 0));
    rgb.set(colourAt(point, [glass, front, rear], wheels, paint), 3 * texel);
  });
  layout.gutter.forEach((texel, k) => {
    const from = 3 * (layout.gutterSource[k] ?? 0);
    rgb.copyWithin(3 * texel, from, from + 3);
  });
  return rgb;
}
