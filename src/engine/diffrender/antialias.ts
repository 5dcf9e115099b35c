import type { Buffers } from './buffers.ts';
import { isPerspective } from './rasterise.ts';
import { addPoint } from './silhouette.ts';
import { decodeSrgb, encodeSrgb, encodeSrgbSlope } from './transfer.ts';
import type { Real, Rows, Scene } from './types.ts';

/*
 * Analytic antialiasing along contours, after Laine et al., "Modular Primitives for High-Performance Differentiable
 * Rendering", SIGGRAPH Asia 2020: where a contour passes between the centres of two neighbouring pixels, at the share d of
 * the way from the nearer surface, one of the two gets the share |1/2 - d| of the other's colour: the farther one if
 * d > 1/2, else the nearer. That is the area covered by a straight edge that leaves the pixel on opposite sides. Theirs looks
 * for the contour at the faces that two pixels show, and misses it where a smaller face lies between; ours walks along the
 * contours, upright edges across rows and flat ones across columns, and lets the nearest contour have a pair of pixels.
 */

/** One edge between the centres of a pixel and of the next one in its row or column. */
interface Crossing {
  /** the pixels on the face's side and on the other */
  inner: number;
  outer: number;
  /** where the edge lies, 0 at the inner pixel's centre, 1 at the outer's */
  d: number;
  /** slope of d by the pair's coordinate: 1, or -1 where the inner pixel is the second */
  sense: number;
  /** clip vertices of the edge, and where along it the crossing lies, 0..1 */
  a: number;
  b: number;
  t: number;
  /** slope of the crossing along the pair by the edge's other coordinate */
  lean: number;
}

/** Bits of the edges of a drawn face that bound it in the picture: borders, and folds between front and back. */
function contourOf(f: number, scene: Scene, facing: Int8Array): number {
  const { neighbours } = scene.topology;
  const own = facing[f];
  if (own !== 1 && (own !== -1 || scene.cullBack)) return 0;
  let edges = 0;
  for (let k = 0; k < 3; k++) {
    const other = neighbours[3 * f + k];
    const across = other < 0 ? 0 : Math.sign(facing[other]);
    if (across !== own && !(own === -1 && across === 1)) edges |= 1 << k;
  }
  return edges;
}

/** An edge is 3 face + corner; a pair is twice its first pixel, plus 1 when the second lies below instead of to the right. */
function crossingAt(scene: Scene, buffers: Buffers, edge: number, pair: number): Crossing {
  const { clip } = buffers;
  const { faces } = scene.topology;
  const corner = edge % 3;
  const face = edge - corner;
  const a = 4 * faces[edge];
  const b = 4 * faces[face + ((corner + 1) % 3)];
  const c = 4 * faces[face + ((corner + 2) % 3)];
  const ax = clip[a] / clip[a + 2];
  const ay = clip[a + 1] / clip[a + 2];
  const dx = clip[b] / clip[b + 2] - ax;
  const dy = clip[b + 1] / clip[b + 2] - ay;
  const side = dx * (clip[c + 1] / clip[c + 2] - ay) - dy * (clip[c] / clip[c + 2] - ax);
  const below = (pair & 1) === 1;
  const pixel = pair >> 1;
  const next = pixel + (below ? scene.width : 1);
  const row = Math.floor(pixel / scene.width);
  const column = pixel - row * scene.width;
  const t = below ? (column + 0.5 - ax) / dx : (row + 0.5 - ay) / dy;
  const position = below ? ay + t * dy - row - 0.5 : ax + t * dx - column - 0.5;
  const faceIsAhead = below ? side * dx > 0 : side * dy < 0;
  return {
    inner: faceIsAhead ? next : pixel,
    outer: faceIsAhead ? pixel : next,
    d: faceIsAhead ? 1 - position : position,
    sense: faceIsAhead ? -1 : 1,
    a,
    b,
    t,
    lean: below ? dy / dx : dx / dy,
  };
}

/** Gives a pair of pixels to an edge that is seen between them, `near` as it is there, unless a nearer one has it. */
function claim(scene: Scene, buffers: Buffers, edge: number, pair: number, near: number): void {
  const { nearness, face, pairEdge, pairNear, pairs, pairTotal } = buffers;
  if (pairEdge[pair] >= 0 && pairNear[pair] >= near) return;
  const { inner, outer } = crossingAt(scene, buffers, edge, pair);
  if (face[inner] < 0 || face[inner] === face[outer]) return;
  if (face[outer] >= 0) {
    // hidden behind what the outer pixel shows, or bounding a sliver that the inner pixel's centre misses
    const behind = nearness[outer];
    if (!(behind < near && nearness[inner] > (near + behind) / 2)) return;
  }
  if (pairEdge[pair] < 0) pairs[pairTotal[0]++] = pair;
  pairEdge[pair] = edge;
  pairNear[pair] = near;
}

/** Finds the contours between pixels of `rows`, and between these and their neighbours above and below. */
function findCrossings(scene: Scene, buffers: Buffers, rows: Rows): void {
  const { width, height } = scene;
  const { faces } = scene.topology;
  const { clip, facing, pairEdge, pairTotal } = buffers;
  const perspective = isPerspective(scene.camera);
  const nearnessAt = (v: number) => (perspective ? 1 / clip[v + 2] : -clip[v + 3]);
  pairEdge.fill(-1, 2 * width * Math.max(0, rows.from - 1), 2 * width * rows.to);
  pairTotal[0] = 0;
  for (let f = 0; 3 * f < faces.length; f++) {
    const edges = contourOf(f, scene, facing);
    if (edges === 0) continue;
    for (let k = 0; k < 3; k++) {
      if (!(edges & (1 << k))) continue;
      const edge = 3 * f + k;
      const a = 4 * faces[edge];
      const b = 4 * faces[3 * f + ((k + 1) % 3)];
      const ax = clip[a] / clip[a + 2];
      const ay = clip[a + 1] / clip[a + 2];
      const dx = clip[b] / clip[b + 2] - ax;
      const dy = clip[b + 1] / clip[b + 2] - ay;
      const qa = nearnessAt(a);
      const dq = nearnessAt(b) - qa;
      if (Math.abs(dy) >= Math.abs(dx)) {
        const first = Math.max(rows.from, Math.ceil(Math.min(ay, ay + dy) - 0.5));
        const end = Math.min(rows.to, Math.ceil(Math.max(ay, ay + dy) - 0.5));
        for (let row = first; row < end; row++) {
          const t = (row + 0.5 - ay) / dy;
          const column = Math.floor(ax + t * dx - 0.5);
          if (column < 0 || column + 1 >= width) continue;
          claim(scene, buffers, edge, 2 * (row * width + column), qa + t * dq);
        }
      } else {
        const first = Math.max(0, Math.ceil(Math.min(ax, ax + dx) - 0.5));
        const end = Math.min(width, Math.ceil(Math.max(ax, ax + dx) - 0.5));
        for (let column = first; column < end; column++) {
          const t = (column + 0.5 - ax) / dx;
          const row = Math.floor(ay + t * dy - 0.5);
          if (row < Math.max(0, rows.from - 1) || row >= Math.min(rows.to, height - 1)) continue;
          claim(scene, buffers, edge, 2 * (row * width + column) + 1, qa + t * dq);
        }
      }
    }
  }
}

/**
 * Blends `radiance` into `colour` (encoding it), and the mask if it is the hard one, for the pixels of `rows`; reads one row
 * above and below.
 */
export function antialias(scene: Scene, buffers: Buffers, rows: Rows): void {
  const { width, surface, silhouette } = scene;
  const { radiance, colour, mask, face, pairs, pairEdge, pairTotal } = buffers;
  findCrossings(scene, buffers, rows);
  const first = rows.from * width;
  const end = rows.to * width;
  if (surface) colour.set(radiance.subarray(3 * first, 3 * end), 3 * first);
  for (let at = 0; at < pairTotal[0]; at++) {
    const { inner, outer, d } = crossingAt(scene, buffers, pairEdge[pairs[at]], pairs[at]);
    const [to, from] = d > 0.5 ? [outer, inner] : [inner, outer];
    if (to < first || to >= end) continue;
    const share = Math.abs(d - 0.5);
    for (let k = 0; k < 3 && surface; k++)
      colour[3 * to + k] += share * (radiance[3 * from + k] - radiance[3 * to + k]);
    if (!silhouette) mask[to] += share * (Number(face[from] >= 0) - Number(face[to] >= 0));
  }
  if (surface?.transfer !== 'srgb') return;
  for (let at = 3 * first; at < 3 * end; at++) colour[at] = encodeSrgb(colour[at]);
}

/**
 * Takes the gradients of colour and mask of `rows` back: to `buffers.radianceGradient`, and to the ends of the contours'
 * edges (added to `buffers.clipGradient`).
 */
export function antialiasBackward(
  scene: Scene,
  buffers: Buffers,
  rows: Rows,
  colourGradient: Real | null,
  maskGradient: Real | null,
): void {
  const { width, surface } = scene;
  const { radiance, radianceGradient, colour, clip, clipGradient, face, pairs, pairEdge, pairTotal } =
    buffers;
  const first = rows.from * width;
  const end = rows.to * width;
  const encoded = surface?.transfer === 'srgb';
  const ofColour = surface ? colourGradient : null;
  const ofMask = scene.silhouette ? null : maskGradient;
  const blended = (gradient: Real, at: number) => {
    const g = gradient[at];
    return encoded && g !== 0 ? g * encodeSrgbSlope(decodeSrgb(colour[at]), colour[at]) : g;
  };
  if (ofColour) {
    for (let at = 3 * first; at < 3 * end; at++) radianceGradient[at] = blended(ofColour, at);
  }
  for (let at = 0; at < pairTotal[0]; at++) {
    const { inner, outer, d, sense, a, b, t, lean } = crossingAt(
      scene,
      buffers,
      pairEdge[pairs[at]],
      pairs[at],
    );
    const [to, from] = d > 0.5 ? [outer, inner] : [inner, outer];
    const share = Math.abs(d - 0.5);
    let dShare = ofMask ? ofMask[to] * (Number(face[from] >= 0) - Number(face[to] >= 0)) : 0;
    for (let k = 0; k < 3 && ofColour; k++) {
      const g = blended(ofColour, 3 * to + k);
      if (g === 0) continue;
      dShare += g * (radiance[3 * from + k] - radiance[3 * to + k]);
      if (to >= first && to < end) radianceGradient[3 * to + k] -= share * g;
      if (from >= first && from < end) radianceGradient[3 * from + k] += share * g;
    }
    if (to < first || to >= end || !Number.isFinite(dShare)) continue;
    const g = dShare * sense * (d > 0.5 ? 1 : -1);
    const [gx, gy] = (pairs[at] & 1) === 1 ? [-lean * g, g] : [g, -lean * g];
    addPoint(clip, clipGradient, a, (1 - t) * gx, (1 - t) * gy);
    addPoint(clip, clipGradient, b, t * gx, t * gy);
  }
}
