import type { Buffers } from './buffers.ts';
import { encodeSrgb } from './transfer.ts';
import type { Scene, Surface } from './types.ts';

/** Weights of the spherical harmonics of order 2, see evaluateBasis in src/shared/spherical-harmonics.ts. */
export const sh = {
  y0: 0.282095,
  y1: 0.488603,
  y2: 1.092548,
  y20: 0.315392,
  y22: 0.546274,
} as const;

const noLight = new Float64Array(27).fill(1 / sh.y0, 0, 3);

/** The light that is used: white from everywhere, with shading 1, where the surface has none. */
export function lightOf(surface: Surface): ArrayLike<number> {
  return surface.light ?? noLight;
}

/** Fills `colour` for the pixels that `rasterise` has covered, 0 for the others. */
export function shade(scene: Scene, surface: Surface, buffers: Buffers): void {
  const { width, height } = scene;
  const { faces } = scene.topology;
  const { clip, normals, face, colour } = buffers;
  const { uv, texture, transfer } = surface;
  const { width: tw, height: th, texels } = texture;
  const lit = surface.light !== null;
  const encoded = transfer === 'srgb';
  const light = lightOf(surface);
  let current = -1;
  let [e0, f0, g0, e1, f1, g1, e2, f2, g2] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  let [a, b, c, t] = [0, 0, 0, 0];

  for (let y = 0, p = 0; y < height; y++) {
    const py = y + 0.5;
    for (let x = 0; x < width; x++, p++) {
      const f = face[p];
      const out = 3 * p;
      if (f < 0) {
        colour[out] = 0;
        colour[out + 1] = 0;
        colour[out + 2] = 0;
        continue;
      }
      if (f !== current) {
        current = f;
        t = 6 * f;
        a = faces[3 * f];
        b = faces[3 * f + 1];
        c = faces[3 * f + 2];
        const ax = clip[4 * a];
        const ay = clip[4 * a + 1];
        const aw = clip[4 * a + 2];
        const bx = clip[4 * b];
        const by = clip[4 * b + 1];
        const bw = clip[4 * b + 2];
        const cx = clip[4 * c];
        const cy = clip[4 * c + 1];
        const cw = clip[4 * c + 2];
        e0 = by * cw - bw * cy;
        f0 = bw * cx - bx * cw;
        g0 = bx * cy - by * cx;
        e1 = cy * aw - cw * ay;
        f1 = cw * ax - cx * aw;
        g1 = cx * ay - cy * ax;
        e2 = ay * bw - aw * by;
        f2 = aw * bx - ax * bw;
        g2 = ax * by - ay * bx;
        a *= 3;
        b *= 3;
        c *= 3;
      }
      const px = x + 0.5;
      const l0 = e0 * px + f0 * py + g0;
      const l1 = e1 * px + f1 * py + g1;
      const l2 = e2 * px + f2 * py + g2;
      const s = 1 / (l0 + l1 + l2);
      const b0 = l0 * s;
      const b1 = l1 * s;
      const b2 = l2 * s;

      const u = Math.min(tw - 1, Math.max(0, (b0 * uv[t] + b1 * uv[t + 2] + b2 * uv[t + 4]) * tw - 0.5));
      const v = Math.min(th - 1, Math.max(0, (b0 * uv[t + 1] + b1 * uv[t + 3] + b2 * uv[t + 5]) * th - 0.5));
      const ui = Math.floor(u);
      const vi = Math.floor(v);
      const fu = u - ui;
      const fv = v - vi;
      const step = ui < tw - 1 ? 3 : 0;
      const t00 = 3 * (vi * tw + ui);
      const t10 = vi < th - 1 ? t00 + 3 * tw : t00;
      const w00 = (1 - fu) * (1 - fv);
      const w01 = fu * (1 - fv);
      const w10 = (1 - fu) * fv;
      const w11 = fu * fv;
      let red = w00 * texels[t00] + w01 * texels[t00 + step] + w10 * texels[t10] + w11 * texels[t10 + step];
      let green =
        w00 * texels[t00 + 1] +
        w01 * texels[t00 + step + 1] +
        w10 * texels[t10 + 1] +
        w11 * texels[t10 + step + 1];
      let blue =
        w00 * texels[t00 + 2] +
        w01 * texels[t00 + step + 2] +
        w10 * texels[t10 + 2] +
        w11 * texels[t10 + step + 2];

      if (lit) {
        let nx = b0 * normals[a] + b1 * normals[b] + b2 * normals[c];
        let ny = b0 * normals[a + 1] + b1 * normals[b + 1] + b2 * normals[c + 1];
        let nz = b0 * normals[a + 2] + b1 * normals[b + 2] + b2 * normals[c + 2];
        const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
        const n = length > 0 ? 1 / length : 0;
        nx *= n;
        ny *= n;
        nz *= n;
        const y1 = sh.y1 * ny;
        const y2 = sh.y1 * nz;
        const y3 = sh.y1 * nx;
        const y4 = sh.y2 * nx * ny;
        const y5 = sh.y2 * ny * nz;
        const y6 = sh.y20 * (3 * nz * nz - 1);
        const y7 = sh.y2 * nx * nz;
        const y8 = sh.y22 * (nx * nx - ny * ny);
        red *=
          sh.y0 * light[0] +
          y1 * light[3] +
          y2 * light[6] +
          y3 * light[9] +
          y4 * light[12] +
          y5 * light[15] +
          y6 * light[18] +
          y7 * light[21] +
          y8 * light[24];
        green *=
          sh.y0 * light[1] +
          y1 * light[4] +
          y2 * light[7] +
          y3 * light[10] +
          y4 * light[13] +
          y5 * light[16] +
          y6 * light[19] +
          y7 * light[22] +
          y8 * light[25];
        blue *=
          sh.y0 * light[2] +
          y1 * light[5] +
          y2 * light[8] +
          y3 * light[11] +
          y4 * light[14] +
          y5 * light[17] +
          y6 * light[20] +
          y7 * light[23] +
          y8 * light[26];
      }
      colour[out] = encoded ? encodeSrgb(red) : red;
      colour[out + 1] = encoded ? encodeSrgb(green) : green;
      colour[out + 2] = encoded ? encodeSrgb(blue) : blue;
    }
  }
}
