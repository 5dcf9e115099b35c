import type { Buffers } from './buffers.ts';
import type { Scene } from './types.ts';

/** Covered pixels are worked on in runs of this many: their numbers stay in the processor's nearest caches. */
const runLength = 512;

type Channels = readonly [Float64Array, Float64Array, Float64Array];

/** Where one bilinear lookup falls in the texels, and what it finds. */
export interface Tap {
  /** index of the upper left texel's red */
  at: Int32Array;
  /** steps to the neighbours, 0 at the rim */
  right: Int32Array;
  down: Int32Array;
  /** position between the texels, 0..1 */
  fu: Float64Array;
  fv: Float64Array;
  /** texels per unit of u and v, 0 where the lookup is clamped */
  perU: Float64Array;
  perV: Float64Array;
  colour: Channels;
}

/** A run of covered pixels as a structure of arrays: what each stage finds, and (d...) the loss's gradient of it. */
export interface Fragments {
  pixel: Int32Array;
  face: Int32Array;
  /** perspective-correct barycentrics, and 1 / sum of the edge functions */
  b: Channels;
  scale: Float64Array;
  u: Float64Array;
  v: Float64Array;
  taps: readonly [Tap, Tap];
  /** share of the second tap, 0..1; slope of the level of detail by its footprint, 0 where it is clamped */
  blend: Float64Array;
  /** unit normal, and 1 / length before it was a unit */
  n: Channels;
  normalScale: Float64Array;
  albedo: Channels;
  shading: Channels;
  highlight: Channels;
  dColour: Channels;
  dTap: Channels;
  dBlend: Float64Array;
  dN: Channels;
  dU: Float64Array;
  dV: Float64Array;
  dB: Channels;
  dScale: Float64Array;
}

function channels(): Channels {
  return [new Float64Array(runLength), new Float64Array(runLength), new Float64Array(runLength)];
}

function createTap(): Tap {
  return {
    at: new Int32Array(runLength),
    right: new Int32Array(runLength),
    down: new Int32Array(runLength),
    fu: new Float64Array(runLength),
    fv: new Float64Array(runLength),
    perU: new Float64Array(runLength),
    perV: new Float64Array(runLength),
    colour: channels(),
  };
}

export function createFragments(): Fragments {
  return {
    pixel: new Int32Array(runLength),
    face: new Int32Array(runLength),
    b: channels(),
    scale: new Float64Array(runLength),
    u: new Float64Array(runLength),
    v: new Float64Array(runLength),
    taps: [createTap(), createTap()],
    blend: new Float64Array(runLength),
    n: channels(),
    normalScale: new Float64Array(runLength),
    albedo: channels(),
    shading: channels(),
    highlight: channels(),
    dColour: channels(),
    dTap: channels(),
    dBlend: new Float64Array(runLength),
    dN: channels(),
    dU: new Float64Array(runLength),
    dV: new Float64Array(runLength),
    dB: channels(),
    dScale: new Float64Array(runLength),
  };
}

/** Where a walk over the covered pixels stands. */
export interface Walk {
  /** next pixel to look at */
  pixel: number;
  /** fragments of the run */
  count: number;
}

/**
 * Collects the next run of covered pixels before pixel `end`, with barycentrics; false when there are none left.
 */
export function gather(scene: Scene, buffers: Buffers, walk: Walk, end: number): boolean {
  const { width } = scene;
  const { faces } = scene.topology;
  const { clip, face: faceOf } = buffers;
  const { pixel, face, scale } = buffers.fragments;
  const [first, second, third] = buffers.fragments.b;
  let count = 0;
  let p = walk.pixel;
  let current = -1;
  let [e0, f0, g0, e1, f1, g1, e2, f2, g2] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (; p < end && count < runLength; p++) {
    const f = faceOf[p];
    if (f < 0) continue;
    if (f !== current) {
      current = f;
      const a = 4 * faces[3 * f];
      const b = 4 * faces[3 * f + 1];
      const c = 4 * faces[3 * f + 2];
      const ax = clip[a];
      const ay = clip[a + 1];
      const aw = clip[a + 2];
      const bx = clip[b];
      const by = clip[b + 1];
      const bw = clip[b + 2];
      const cx = clip[c];
      const cy = clip[c + 1];
      const cw = clip[c + 2];
      e0 = by * cw - bw * cy;
      f0 = bw * cx - bx * cw;
      g0 = bx * cy - by * cx;
      e1 = cy * aw - cw * ay;
      f1 = cw * ax - cx * aw;
      g1 = cx * ay - cy * ax;
      e2 = ay * bw - aw * by;
      f2 = aw * bx - ax * bw;
      g2 = ax * by - ay * bx;
    }
    const py = Math.floor(p / width) + 0.5;
    const px = p - (py - 0.5) * width + 0.5;
    const l0 = e0 * px + f0 * py + g0;
    const l1 = e1 * px + f1 * py + g1;
    const l2 = e2 * px + f2 * py + g2;
    const s = 1 / (l0 + l1 + l2);
    pixel[count] = p;
    face[count] = f;
    first[count] = l0 * s;
    second[count] = l1 * s;
    third[count] = l2 * s;
    scale[count] = s;
    count++;
  }
  walk.pixel = p;
  walk.count = count;
  return count > 0;
}

/** Forgets the gradients of a run that its stages add to. */
export function clearRun(fragments: Fragments, count: number): void {
  const { dB, dN, dU, dV, dScale } = fragments;
  for (const gradient of [...dB, ...dN, dU, dV, dScale]) gradient.fill(0, 0, count);
}

/**
 * Takes the gradient of the barycentrics (and of their scale) of a run back to the edge functions of the faces, added to
 * `buffers.edgeGradient`: with b_k = l_k s and s = 1 / sum(l), dl_k = s (db_k - sum(db b)) - s^2 ds.
 */
export function barycentricsBackward(scene: Scene, buffers: Buffers, count: number): void {
  const { width } = scene;
  const { edgeGradient, touched } = buffers;
  const { pixel, face, b, scale, dB, dScale } = buffers.fragments;
  const [b0, b1, b2] = b;
  const [d0, d1, d2] = dB;
  for (let i = 0; i < count; i++) {
    const p = pixel[i];
    const py = Math.floor(p / width) + 0.5;
    const px = p - (py - 0.5) * width + 0.5;
    const s = scale[i];
    const mean = d0[i] * b0[i] + d1[i] * b1[i] + d2[i] * b2[i] + dScale[i] * s;
    const g0 = (d0[i] - mean) * s;
    const g1 = (d1[i] - mean) * s;
    const g2 = (d2[i] - mean) * s;
    const e = 9 * face[i];
    touched[face[i]] = 1;
    edgeGradient[e] += g0 * px;
    edgeGradient[e + 1] += g0 * py;
    edgeGradient[e + 2] += g0;
    edgeGradient[e + 3] += g1 * px;
    edgeGradient[e + 4] += g1 * py;
    edgeGradient[e + 5] += g1;
    edgeGradient[e + 6] += g2 * px;
    edgeGradient[e + 7] += g2 * py;
    edgeGradient[e + 8] += g2;
  }
}

/**
 * From edge functions to vertices: with G_k = sum over pixels of dl_k p and l_0 = p . (v1 x v2) and so on around,
 * dv_0 = v1 x G_2 - v2 x G_1. Adds to `buffers.clipGradient` and leaves the edge functions' gradients at zero.
 */
export function edgesBackward(scene: Scene, buffers: Buffers): void {
  const { faces } = scene.topology;
  const { clip, clipGradient: out, edgeGradient: g, touched } = buffers;
  for (let f = 0, e = 0; f < faces.length; f += 3, e += 9) {
    if (touched[f / 3] === 0) continue;
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
    touched[f / 3] = 0;
    for (let k = e; k < e + 9; k++) g[k] = 0;
  }
}
