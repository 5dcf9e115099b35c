import type { Fragments, Tap } from './fragments.ts';
import type { Surface } from './types.ts';

/** The sizes of a surface's textures as arrays, one entry per page. */
export interface Pages {
  width: Int32Array;
  height: Int32Array;
  /** index of the first texel's red */
  offset: Int32Array;
  /** 1: bilinear lookup */
  levels: Int32Array;
  /** [F] page of each face, null when there is one page alone */
  ofFace: Uint16Array | null;
  mipmapped: boolean;
}

export function pagesOf({ texture }: Surface): Pages {
  const pages = 'pages' in texture ? texture.pages : [{ ...texture, offset: 0 }];
  return {
    width: Int32Array.from(pages, (page) => page.width),
    height: Int32Array.from(pages, (page) => page.height),
    offset: Int32Array.from(pages, (page) => page.offset),
    levels: Int32Array.from(pages, (page) => page.levels ?? 1),
    ofFace: 'pages' in texture ? texture.ofFace : null,
    mipmapped: pages.some((page) => (page.levels ?? 1) > 1),
  };
}

/** Interpolates texture coordinates [F, 3, 2]. */
export function interpolateUv(fragments: Fragments, count: number, uv: Surface['uv']): void {
  const { face, b, u, v } = fragments;
  const [b0, b1, b2] = b;
  for (let i = 0; i < count; i++) {
    const t = 6 * face[i];
    u[i] = b0[i] * uv[t] + b1[i] * uv[t + 2] + b2[i] * uv[t + 4];
    v[i] = b0[i] * uv[t + 1] + b1[i] * uv[t + 3] + b2[i] * uv[t + 5];
  }
}

/** Adds the gradient of the texture coordinates of a run to the barycentrics, and to `uvGradient` [F, 3, 2] if asked for. */
export function interpolateUvBackward(
  fragments: Fragments,
  count: number,
  uv: Surface['uv'],
  uvGradient: Float64Array | null,
): void {
  const { face, b, dU, dV, dB } = fragments;
  const [d0, d1, d2] = dB;
  for (let i = 0; i < count; i++) {
    const t = 6 * face[i];
    if (dU[i] === 0 && dV[i] === 0) continue;
    d0[i] += dU[i] * uv[t] + dV[i] * uv[t + 1];
    d1[i] += dU[i] * uv[t + 2] + dV[i] * uv[t + 3];
    d2[i] += dU[i] * uv[t + 4] + dV[i] * uv[t + 5];
  }
  if (!uvGradient) return;
  for (let i = 0; i < count; i++) {
    for (let k = 0, t = 6 * face[i]; k < 3; k++, t += 2) {
      uvGradient[t] += b[k][i] * dU[i];
      uvGradient[t + 1] += b[k][i] * dV[i];
    }
  }
}

/** Places one bilinear lookup in a texture of width x height texels whose first number is `offset`. */
export function placeTap(
  tap: Tap,
  i: number,
  u: number,
  v: number,
  width: number,
  height: number,
  offset: number,
): void {
  const uFree = u * width - 0.5;
  const vFree = v * height - 0.5;
  const uHeld = uFree > 0 ? Math.min(width - 1, uFree) : 0;
  const vHeld = vFree > 0 ? Math.min(height - 1, vFree) : 0;
  const column = Math.floor(uHeld);
  const row = Math.floor(vHeld);
  tap.at[i] = offset + 3 * (row * width + column);
  tap.right[i] = column < width - 1 ? 3 : 0;
  tap.down[i] = row < height - 1 ? 3 * width : 0;
  tap.fu[i] = uHeld - column;
  tap.fv[i] = vHeld - row;
  tap.perU[i] = uHeld === uFree ? width : 0;
  tap.perV[i] = vHeld === vFree ? height : 0;
}

/** Reads the colours of placed lookups into `out`. */
export function readTap(tap: Tap, count: number, texels: ArrayLike<number>, out: Tap['colour']): void {
  const { at, right, down, fu, fv } = tap;
  const [red, green, blue] = out;
  for (let i = 0; i < count; i++) {
    const t00 = at[i];
    const t01 = t00 + right[i];
    const t10 = t00 + down[i];
    const t11 = t10 + right[i];
    const w11 = fu[i] * fv[i];
    const w01 = fu[i] - w11;
    const w10 = fv[i] - w11;
    const w00 = 1 - fu[i] - w10;
    red[i] = w00 * texels[t00] + w01 * texels[t01] + w10 * texels[t10] + w11 * texels[t11];
    green[i] = w00 * texels[t00 + 1] + w01 * texels[t01 + 1] + w10 * texels[t10 + 1] + w11 * texels[t11 + 1];
    blue[i] = w00 * texels[t00 + 2] + w01 * texels[t01 + 2] + w10 * texels[t10 + 2] + w11 * texels[t11 + 2];
  }
}

/** Adds the gradient of colours read to texels (if asked for) and texture coordinates. */
export function readTapBackward(
  tap: Tap,
  count: number,
  texels: ArrayLike<number>,
  gradient: Tap['colour'],
  fragments: Fragments,
  texelGradient: Float64Array | null,
): void {
  const { at, right, down, fu, fv, perU, perV } = tap;
  const { dU, dV } = fragments;
  const [red, green, blue] = gradient;
  for (let i = 0; i < count; i++) {
    const t00 = at[i];
    const t01 = t00 + right[i];
    const t10 = t00 + down[i];
    const t11 = t10 + right[i];
    const gr = red[i];
    const gg = green[i];
    const gb = blue[i];
    if (gr === 0 && gg === 0 && gb === 0) continue;
    const s00 = gr * texels[t00] + gg * texels[t00 + 1] + gb * texels[t00 + 2];
    const s01 = gr * texels[t01] + gg * texels[t01 + 1] + gb * texels[t01 + 2];
    const s10 = gr * texels[t10] + gg * texels[t10 + 1] + gb * texels[t10 + 2];
    const s11 = gr * texels[t11] + gg * texels[t11 + 1] + gb * texels[t11 + 2];
    dU[i] += perU[i] * (s01 - s00 + fv[i] * (s11 - s10 - s01 + s00));
    dV[i] += perV[i] * (s10 - s00 + fu[i] * (s11 - s10 - s01 + s00));
  }
  if (!texelGradient) return;
  for (let i = 0; i < count; i++) {
    const t00 = at[i];
    const t01 = t00 + right[i];
    const t10 = t00 + down[i];
    const t11 = t10 + right[i];
    const w11 = fu[i] * fv[i];
    const w01 = fu[i] - w11;
    const w10 = fv[i] - w11;
    const w00 = 1 - fu[i] - w10;
    const gr = red[i];
    const gg = green[i];
    const gb = blue[i];
    texelGradient[t00] += gr * w00;
    texelGradient[t00 + 1] += gg * w00;
    texelGradient[t00 + 2] += gb * w00;
    texelGradient[t01] += gr * w01;
    texelGradient[t01 + 1] += gg * w01;
    texelGradient[t01 + 2] += gb * w01;
    texelGradient[t10] += gr * w10;
    texelGradient[t10 + 1] += gg * w10;
    texelGradient[t10 + 2] += gb * w10;
    texelGradient[t11] += gr * w11;
    texelGradient[t11 + 1] += gg * w11;
    texelGradient[t11 + 2] += gb * w11;
  }
}

/** Places the bilinear lookups of a run. */
export function placeTaps(fragments: Fragments, count: number, pages: Pages): void {
  const { face, u, v, taps } = fragments;
  const { width, height, offset, ofFace } = pages;
  for (let i = 0; i < count; i++) {
    const page = ofFace ? ofFace[face[i]] : 0;
    placeTap(taps[0], i, u[i], v[i], width[page], height[page], offset[page]);
  }
}
