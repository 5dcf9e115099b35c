import type { Buffers } from './buffers.ts';
import type { Gradients } from './gradients.ts';
import { lightOf, sh } from './shade.ts';
import { encodeSrgb, encodeSrgbSlope } from './transfer.ts';
import type { Real, Scene, Surface } from './types.ts';

/**
 * Takes the gradient of `colour` [H, W, 3] back to texels and light (added to `gradients`), to the vertex normals and to
 * the edge functions of the faces (added to `buffers.normalGradient` and `buffers.edgeGradient`). Which face a pixel
 * shows is held fixed. Repeats what `shade` computed rather than keeping it.
 */
export function shadeBackward(
  scene: Scene,
  surface: Surface,
  buffers: Buffers,
  colourGradient: Real,
  gradients: Gradients,
): void {
  const { width, height } = scene;
  const { faces } = scene.topology;
  const { clip, normals, face, normalGradient, edgeGradient } = buffers;
  const { uv, texture, transfer } = surface;
  const { width: tw, height: th, texels } = texture;
  const lit = surface.light !== null;
  const encoded = transfer === 'srgb';
  const light = lightOf(surface);
  const { light: lightGradient, texels: texelGradient } = gradients;
  const basis = new Float64Array(9);
  let current = -1;
  let [e0, f0, g0, e1, f1, g1, e2, f2, g2] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  let [a, b, c, t] = [0, 0, 0, 0];
  basis[0] = sh.y0;

  for (let y = 0, p = 0; y < height; y++) {
    const py = y + 0.5;
    for (let x = 0; x < width; x++, p++) {
      const f = face[p];
      if (f < 0) continue;
      const at = 3 * p;
      if (colourGradient[at] === 0 && colourGradient[at + 1] === 0 && colourGradient[at + 2] === 0) continue;
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

      const uFree = (b0 * uv[t] + b1 * uv[t + 2] + b2 * uv[t + 4]) * tw - 0.5;
      const vFree = (b0 * uv[t + 1] + b1 * uv[t + 3] + b2 * uv[t + 5]) * th - 0.5;
      const u = Math.min(tw - 1, Math.max(0, uFree));
      const v = Math.min(th - 1, Math.max(0, vFree));
      const ui = Math.floor(u);
      const vi = Math.floor(v);
      const fu = u - ui;
      const fv = v - vi;
      const step = ui < tw - 1 ? 3 : 0;
      const t00 = 3 * (vi * tw + ui);
      const t10 = vi < th - 1 ? t00 + 3 * tw : t00;

      let nx = 0;
      let ny = 0;
      let nz = 0;
      let n = 0;
      if (lit) {
        nx = b0 * normals[a] + b1 * normals[b] + b2 * normals[c];
        ny = b0 * normals[a + 1] + b1 * normals[b + 1] + b2 * normals[c + 1];
        nz = b0 * normals[a + 2] + b1 * normals[b + 2] + b2 * normals[c + 2];
        const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
        n = length > 0 ? 1 / length : 0;
        nx *= n;
        ny *= n;
        nz *= n;
      }
      basis[1] = sh.y1 * ny;
      basis[2] = sh.y1 * nz;
      basis[3] = sh.y1 * nx;
      basis[4] = sh.y2 * nx * ny;
      basis[5] = sh.y2 * ny * nz;
      basis[6] = lit ? sh.y20 * (3 * nz * nz - 1) : 0;
      basis[7] = sh.y2 * nx * nz;
      basis[8] = sh.y22 * (nx * nx - ny * ny);

      let du = 0;
      let dv = 0;
      let dnx = 0;
      let dny = 0;
      let dnz = 0;
      for (let k = 0; k < 3; k++) {
        const c00 = texels[t00 + k];
        const c01 = texels[t00 + step + k];
        const c10 = texels[t10 + k];
        const c11 = texels[t10 + step + k];
        const top = c00 + fu * (c01 - c00);
        const bottom = c10 + fu * (c11 - c10);
        const albedo = top + fv * (bottom - top);
        let shading = 0;
        for (let i = 0; i < 9; i++) shading += basis[i] * light[3 * i + k];
        const linear = albedo * shading;
        const slope = encoded ? encodeSrgbSlope(linear, encodeSrgb(linear)) : 1;
        const g = colourGradient[at + k] * slope;
        if (g === 0) continue;
        const gAlbedo = g * shading;
        if (texelGradient) {
          texelGradient[t00 + k] += gAlbedo * (1 - fu) * (1 - fv);
          texelGradient[t00 + step + k] += gAlbedo * fu * (1 - fv);
          texelGradient[t10 + k] += gAlbedo * (1 - fu) * fv;
          texelGradient[t10 + step + k] += gAlbedo * fu * fv;
        }
        du += gAlbedo * (c01 - c00 + fv * (c11 - c10 - c01 + c00));
        dv += gAlbedo * (bottom - top);
        if (lit) {
          const gShading = g * albedo;
          for (let i = 0; i < 9; i++) lightGradient[3 * i + k] += gShading * basis[i];
          const y1 = gShading * sh.y1;
          const y2 = gShading * sh.y2;
          const y22 = gShading * 2 * sh.y22;
          const l4 = light[12 + k];
          const l5 = light[15 + k];
          const l7 = light[21 + k];
          const l8 = light[24 + k];
          dnx += y1 * light[9 + k] + y2 * (l4 * ny + l7 * nz) + y22 * l8 * nx;
          dny += y1 * light[3 + k] + y2 * (l4 * nx + l5 * nz) - y22 * l8 * ny;
          dnz += y1 * light[6 + k] + y2 * (l5 * ny + l7 * nx) + gShading * 6 * sh.y20 * light[18 + k] * nz;
        }
      }
      du *= u === uFree ? tw : 0;
      dv *= v === vFree ? th : 0;

      let d0 = du * uv[t] + dv * uv[t + 1];
      let d1 = du * uv[t + 2] + dv * uv[t + 3];
      let d2 = du * uv[t + 4] + dv * uv[t + 5];
      if (lit) {
        const along = dnx * nx + dny * ny + dnz * nz;
        dnx = (dnx - along * nx) * n;
        dny = (dny - along * ny) * n;
        dnz = (dnz - along * nz) * n;
        normalGradient[a] += b0 * dnx;
        normalGradient[a + 1] += b0 * dny;
        normalGradient[a + 2] += b0 * dnz;
        normalGradient[b] += b1 * dnx;
        normalGradient[b + 1] += b1 * dny;
        normalGradient[b + 2] += b1 * dnz;
        normalGradient[c] += b2 * dnx;
        normalGradient[c + 1] += b2 * dny;
        normalGradient[c + 2] += b2 * dnz;
        d0 += dnx * normals[a] + dny * normals[a + 1] + dnz * normals[a + 2];
        d1 += dnx * normals[b] + dny * normals[b + 1] + dnz * normals[b + 2];
        d2 += dnx * normals[c] + dny * normals[c + 1] + dnz * normals[c + 2];
      }
      const mean = d0 * b0 + d1 * b1 + d2 * b2;
      d0 = (d0 - mean) * s;
      d1 = (d1 - mean) * s;
      d2 = (d2 - mean) * s;
      const e = 9 * f;
      edgeGradient[e] += d0 * px;
      edgeGradient[e + 1] += d0 * py;
      edgeGradient[e + 2] += d0;
      edgeGradient[e + 3] += d1 * px;
      edgeGradient[e + 4] += d1 * py;
      edgeGradient[e + 5] += d1;
      edgeGradient[e + 6] += d2 * px;
      edgeGradient[e + 7] += d2 * py;
      edgeGradient[e + 8] += d2;
    }
  }
}

/**
 * From edge functions to vertices: with G_k = sum over pixels of dl_k p and l_0 = p . (v1 x v2) and so on around,
 * dv_0 = v1 x G_2 - v2 x G_1. Adds to `buffers.clipGradient`.
 */
export function edgesBackward(scene: Scene, buffers: Buffers): void {
  const { faces } = scene.topology;
  const { clip, clipGradient: out, edgeGradient: g } = buffers;
  for (let f = 0, e = 0; f < faces.length; f += 3, e += 9) {
    if (g[e + 2] === 0 && g[e + 5] === 0 && g[e + 8] === 0 && g[e] === 0 && g[e + 3] === 0) continue;
    for (let k = 0; k < 3; k++) {
      const v = 4 * faces[f + k];
      const n = 4 * faces[f + ((k + 1) % 3)];
      const m = 4 * faces[f + ((k + 2) % 3)];
      const gn = e + 3 * ((k + 1) % 3);
      const gm = e + 3 * ((k + 2) % 3);
      out[v] += clip[n + 1] * g[gm + 2] - clip[n + 2] * g[gm + 1];
      out[v] -= clip[m + 1] * g[gn + 2] - clip[m + 2] * g[gn + 1];
      out[v + 1] += clip[n + 2] * g[gm] - clip[n] * g[gm + 2];
      out[v + 1] -= clip[m + 2] * g[gn] - clip[m] * g[gn + 2];
      out[v + 2] += clip[n] * g[gm + 1] - clip[n + 1] * g[gm];
      out[v + 2] -= clip[m] * g[gn + 1] - clip[m + 1] * g[gn];
    }
  }
}
