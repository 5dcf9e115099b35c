import type { Buffers } from './buffers.ts';
import { type Pages, placeTap, readTap, readTapBackward } from './texture.ts';
import type { Real, Scene, Surface, Texture } from './types.ts';

const half = (side: number) => Math.max(1, side >> 1);

/** How many levels a full pyramid has, down to 1 x 1. */
function levelsOf(width: number, height: number): number {
  return 1 + Math.floor(Math.log2(Math.max(width, height, 1)));
}

/** Index of the first number of a level. */
function levelOffset(width: number, height: number, level: number): number {
  let offset = 0;
  for (let l = 0; l < level; l++) {
    offset += 3 * width * height;
    width = half(width);
    height = half(height);
  }
  return offset;
}

/** Calls back for every texel's number of every coarser level with the four finer ones that it averages (the last row or column of an odd side is left out). */
function eachAverage(
  width: number,
  height: number,
  level: number,
  offset: number,
  visit: (coarse: number, a: number, b: number, c: number, d: number) => void,
): void {
  let fine = offset;
  for (let l = 0; l < level; l++) {
    fine += 3 * width * height;
    width = half(width);
    height = half(height);
  }
  const coarse = fine + 3 * width * height;
  const right = width > 1 ? 3 : 0;
  const down = height > 1 ? 3 * width : 0;
  for (let y = 0; y < half(height); y++) {
    for (let x = 0; x < half(width); x++) {
      for (let k = 0; k < 3; k++) {
        const at = fine + 3 * (2 * y * width + 2 * x) + k;
        visit(coarse + 3 * (y * half(width) + x) + k, at, at + right, at + down, at + right + down);
      }
    }
  }
}

/**
 * The texture with its mip levels, each the mean of 2 x 2 texels of the one before, down to 1 x 1. The gradient of its texels
 * comes back in the first 3 width height numbers: renderBackward folds the coarser levels' into them.
 */
export function mipmapped({ width, height, texels }: Texture): Texture {
  const levels = levelsOf(width, height);
  const out = new Float64Array(levelOffset(width, height, levels));
  out.set(texels.subarray(0, 3 * width * height));
  for (let level = 0; level + 1 < levels; level++) {
    eachAverage(width, height, level, 0, (coarse, a, b, c, d) => {
      out[coarse] = 0.25 * (out[a] + out[b] + out[c] + out[d]);
    });
  }
  return { width, height, texels: out, levels };
}

/** Takes the gradient of the coarser levels to the finest and clears it there. */
export function foldMipmaps(pages: Pages, gradient: Float64Array): void {
  for (let page = 0; page < pages.width.length; page++) {
    for (let level = pages.levels[page] - 2; level >= 0; level--) {
      eachAverage(pages.width[page], pages.height[page], level, pages.offset[page], (coarse, a, b, c, d) => {
        const share = 0.25 * gradient[coarse];
        gradient[a] += share;
        gradient[b] += share;
        gradient[c] += share;
        gradient[d] += share;
        gradient[coarse] = 0;
      });
    }
  }
}

/** Numbers of a texture with that many levels. */
export function texelCount(width: number, height: number, levels = 1): number {
  return levelOffset(width, height, levels);
}

/** The texel footprint of one fragment's pixel. */
interface Footprint {
  /** edge functions' slopes by x and by y [3] each */
  byX: [number, number, number];
  byY: [number, number, number];
  /** slopes of u and v (in texels) by x and by y */
  ux: number;
  vx: number;
  uy: number;
  vy: number;
}

function createFootprint(): Footprint {
  return { byX: [0, 0, 0], byY: [0, 0, 0], ux: 0, vx: 0, uy: 0, vy: 0 };
}

/**
 * Slopes of the texture coordinates by the pixel's position: with b_k = l_k s, s = 1 / sum(l) and l_k = e_k x + f_k y + g_k,
 * du/dx = s sum_k e_k (u_k - u).
 */
function footprintAt(
  scene: Scene,
  buffers: Buffers,
  uv: Real,
  i: number,
  width: number,
  height: number,
  out: Footprint,
): void {
  const { faces } = scene.topology;
  const { clip } = buffers;
  const { face, scale, u, v } = buffers.fragments;
  const f = 3 * face[i];
  out.ux = out.vx = out.uy = out.vy = 0;
  for (let k = 0; k < 3; k++) {
    const n = 4 * faces[f + ((k + 1) % 3)];
    const m = 4 * faces[f + ((k + 2) % 3)];
    out.byX[k] = clip[n + 1] * clip[m + 2] - clip[n + 2] * clip[m + 1];
    out.byY[k] = clip[n + 2] * clip[m] - clip[n] * clip[m + 2];
    const du = (uv[2 * (f + k)] - u[i]) * scale[i] * width;
    const dv = (uv[2 * (f + k) + 1] - v[i]) * scale[i] * height;
    out.ux += out.byX[k] * du;
    out.vx += out.byX[k] * dv;
    out.uy += out.byY[k] * du;
    out.vy += out.byY[k] * dv;
  }
}

/** Fills albedo of a run by trilinear lookup at level log2 of the longer side of the pixel's footprint. */
export function sampleMipmaps(
  scene: Scene,
  surface: Surface,
  buffers: Buffers,
  count: number,
  pages: Pages,
): void {
  const { fragments } = buffers;
  const { face, u, v, taps, blend, albedo } = fragments;
  const { texels } = surface.texture;
  const footprint = createFootprint();
  for (let i = 0; i < count; i++) {
    const page = pages.ofFace ? pages.ofFace[face[i]] : 0;
    let width = pages.width[page];
    let height = pages.height[page];
    footprintAt(scene, buffers, surface.uv, i, width, height, footprint);
    const { ux, vx, uy, vy } = footprint;
    const size2 = Math.max(ux * ux + vx * vx, uy * uy + vy * vy);
    const last = pages.levels[page] - 1;
    const level = size2 > 1 ? Math.min(last, 0.5 * Math.log2(size2)) : 0;
    const fine = Math.floor(level);
    blend[i] = level - fine;
    let offset = pages.offset[page];
    for (let l = 0; l < fine; l++) {
      offset += 3 * width * height;
      width = half(width);
      height = half(height);
    }
    placeTap(taps[0], i, u[i], v[i], width, height, offset);
    if (fine < last) {
      offset += 3 * width * height;
      width = half(width);
      height = half(height);
    }
    placeTap(taps[1], i, u[i], v[i], width, height, offset);
  }
  for (const tap of taps) readTap(tap, count, texels, tap.colour);
  for (let k = 0; k < 3; k++) {
    const a = taps[0].colour[k];
    const b = taps[1].colour[k];
    for (let i = 0; i < count; i++) albedo[k][i] = a[i] + blend[i] * (b[i] - a[i]);
  }
}

/** Adds the gradient of sampleMipmaps' colours (dTap of a run) to texels, texture coordinates and, through the level, to faces. */
export function sampleMipmapsBackward(
  scene: Scene,
  surface: Surface,
  buffers: Buffers,
  count: number,
  pages: Pages,
  texelGradient: Float64Array | null,
  uvGradient: Float64Array | null,
): void {
  const { fragments } = buffers;
  const { taps, blend, dTap, dBlend } = fragments;
  dBlend.fill(0, 0, count);
  for (let k = 0; k < 3; k++) {
    for (let i = 0; i < count; i++) dBlend[i] += dTap[k][i] * (taps[1].colour[k][i] - taps[0].colour[k][i]);
  }
  // the second tap's colours are of no use any more and make room for the shares of the gradient
  const share = taps[1].colour;
  for (const t of [0, 1]) {
    for (let k = 0; k < 3; k++) {
      for (let i = 0; i < count; i++) share[k][i] = dTap[k][i] * (t === 0 ? 1 - blend[i] : blend[i]);
    }
    readTapBackward(taps[t], count, surface.texture.texels, share, fragments, texelGradient);
  }
  levelBackward(scene, surface, buffers, count, pages, uvGradient);
}

function levelBackward(
  scene: Scene,
  { uv }: Surface,
  buffers: Buffers,
  count: number,
  pages: Pages,
  uvGradient: Float64Array | null,
): void {
  const { edgeGradient } = buffers;
  const { face, scale, u, v, dBlend, dScale, dU, dV } = buffers.fragments;
  const footprint = createFootprint();
  for (let i = 0; i < count; i++) {
    const page = pages.ofFace ? pages.ofFace[face[i]] : 0;
    const width = pages.width[page];
    const height = pages.height[page];
    footprintAt(scene, buffers, uv, i, width, height, footprint);
    const { byX, byY, ux, vx, uy, vy } = footprint;
    const alongX = ux * ux + vx * vx;
    const alongY = uy * uy + vy * vy;
    const size2 = Math.max(alongX, alongY);
    const last = pages.levels[page] - 1;
    if (!(Math.abs(dBlend[i]) > 0) || !(size2 > 1) || 0.5 * Math.log2(size2) >= last) continue;
    // level = ln(size2) / (2 ln 2)
    const g = dBlend[i] / (size2 * Math.LN2);
    const horizontal = alongX >= alongY;
    const slopes = horizontal ? byX : byY;
    const gu = g * (horizontal ? ux : uy);
    const gv = g * (horizontal ? vx : vy);
    const s = scale[i];
    const f = 3 * face[i];
    for (let k = 0; k < 3; k++) {
      const du = (uv[2 * (f + k)] - u[i]) * width;
      const dv = (uv[2 * (f + k) + 1] - v[i]) * height;
      edgeGradient[3 * (f + k) + (horizontal ? 0 : 1)] += s * (gu * du + gv * dv);
      dScale[i] += slopes[k] * (gu * du + gv * dv);
      dU[i] -= slopes[k] * s * gu * width;
      dV[i] -= slopes[k] * s * gv * height;
      if (!uvGradient) continue;
      uvGradient[2 * (f + k)] += slopes[k] * s * gu * width;
      uvGradient[2 * (f + k) + 1] += slopes[k] * s * gv * height;
    }
  }
}
