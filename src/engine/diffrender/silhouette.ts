import type { Buffers } from './buffers.ts';
import type { Real, Rows, Scene, SoftSilhouette } from './types.ts';

/** Where one face's share has fallen to 1/1000; DIB-R's own cut of 0.02 leaves a step of 6 %. */
const logOfCut = Math.log(1000);

/** Radius in pixels beyond which a face adds nothing. */
export function silhouetteMargin(silhouette: SoftSilhouette, width: number): number {
  return (Math.sqrt(logOfCut / silhouette.sigmainv) * width) / 2;
}

/** background[y, x] = number of uncovered pixels of the rows above row y and left of column x. */
function countBackground(width: number, rows: Rows, buffers: Buffers): void {
  const { face, background } = buffers;
  const stride = width + 1;
  background.fill(0, rows.from * stride, (rows.from + 1) * stride);
  for (let y = rows.from; y < rows.to; y++) {
    let row = 0;
    background[(y + 1) * stride] = 0;
    for (let x = 0; x < width; x++) {
      if (face[y * width + x] < 0) row++;
      background[(y + 1) * stride + x + 1] = background[y * stride + x + 1] + row;
    }
  }
}

/**
 * Edges of a face that may be nearest to a pixel outside the mesh, as bits. For the single nearest face only contours
 * matter: the picture of a mesh is bounded by edges between a front and a back face, by borders, and by neighbours that
 * aren't drawn. Of the two faces at a contour the front one stands for both.
 */
function edgesOf(f: number, contourOnly: boolean, facing: Int8Array, neighbours: Int32Array): number {
  const own = facing[f];
  if (own !== 1 && own !== -1) return 0;
  if (!contourOnly) return 7;
  let edges = 0;
  for (let k = 0; k < 3; k++) {
    const other = neighbours[3 * f + k];
    const across = other < 0 ? 0 : facing[other];
    if (across !== own && !(own === -1 && across === 1)) edges |= 1 << k;
  }
  return edges;
}

/** Squared distance from (px, py) to the segment from (ax, ay) along (dx, dy), `inverse` = 1 / |d|^2 (0 for a point). */
function segmentDistance(
  px: number,
  py: number,
  ax: number,
  ay: number,
  dx: number,
  dy: number,
  inverse: number,
): number {
  const rx = px - ax;
  const ry = py - ay;
  let t = (rx * dx + ry * dy) * inverse;
  t = t < 0 ? 0 : Math.min(t, 1);
  const ex = rx - t * dx;
  const ey = ry - t * dy;
  return ex * ex + ey * ey;
}

/** Keeps the `nearest` smallest distances of a pixel. */
function keep(buffers: Buffers, nearest: number, pixel: number, f: number, d2: number): void {
  const { nearSlot, nearPixels, nearCount, nearFaces, nearDistances, nearTotal } = buffers;
  let slot = nearSlot[pixel];
  if (slot < 0) {
    slot = nearTotal[0]++;
    nearSlot[pixel] = slot;
    nearPixels[slot] = pixel;
    nearCount[slot] = 0;
  }
  const first = slot * nearest;
  let at = first + nearCount[slot];
  if (nearCount[slot] < nearest) {
    nearCount[slot]++;
  } else {
    at = first;
    for (let k = first + 1; k < first + nearest; k++) if (nearDistances[k] > nearDistances[at]) at = k;
    if (nearDistances[at] <= d2) return;
  }
  nearFaces[at] = f;
  nearDistances[at] = d2;
}

/**
 * Soft silhouette around the mesh: an uncovered pixel gets 1 - prod_f (1 - exp(-d_f^2 sigmainv)) over its nearest faces,
 * d on the plane where the width spans [-1, 1], zero beyond silhouetteMargin. Faces of both sides count; faces that touch
 * the near plane count for nothing. Fills the pixels of `rows`. Only faces whose surroundings hold uncovered pixels are looked at, found by a
 * summed-area table.
 */
export function softSilhouette(scene: Scene, silhouette: SoftSilhouette, buffers: Buffers, rows: Rows): void {
  const { width, topology } = scene;
  const { faces, neighbours } = topology;
  const { clip, facing, face, mask, background, nearSlot } = buffers;
  const { nearest } = silhouette;
  const margin = silhouetteMargin(silhouette, width);
  const margin2 = margin * margin;
  const stride = width + 1;
  countBackground(width, rows, buffers);
  nearSlot.fill(-1, rows.from * width, rows.to * width);
  buffers.nearTotal[0] = 0;

  for (let f = 0; f < facing.length && 3 * f < faces.length; f++) {
    const edges = edgesOf(f, nearest === 1, facing, neighbours);
    if (edges === 0) continue;
    const a = 4 * faces[3 * f];
    const b = 4 * faces[3 * f + 1];
    const c = 4 * faces[3 * f + 2];
    const ax = clip[a] / clip[a + 2];
    const ay = clip[a + 1] / clip[a + 2];
    const bx = clip[b] / clip[b + 2];
    const by = clip[b + 1] / clip[b + 2];
    const cx = clip[c] / clip[c + 2];
    const cy = clip[c + 1] / clip[c + 2];
    const x0 = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - margin - 0.5));
    const y0 = Math.max(rows.from, Math.ceil(Math.min(ay, by, cy) - margin - 0.5));
    const x1 = Math.min(width - 1, Math.floor(Math.max(ax, bx, cx) + margin - 0.5));
    const y1 = Math.min(rows.to - 1, Math.floor(Math.max(ay, by, cy) + margin - 0.5));
    if (x0 > x1 || y0 > y1) continue;
    const inside =
      background[(y1 + 1) * stride + x1 + 1] -
      background[y0 * stride + x1 + 1] -
      background[(y1 + 1) * stride + x0] +
      background[y0 * stride + x0];
    if (inside === 0) continue;
    const [abx, aby, bcx, bcy, cax, cay] = [bx - ax, by - ay, cx - bx, cy - by, ax - cx, ay - cy];
    const ab = abx * abx + aby * aby;
    const bc = bcx * bcx + bcy * bcy;
    const ca = cax * cax + cay * cay;
    const abInverse = ab > 0 ? 1 / ab : 0;
    const bcInverse = bc > 0 ? 1 / bc : 0;
    const caInverse = ca > 0 ? 1 / ca : 0;
    for (let y = y0; y <= y1; y++) {
      const py = y + 0.5;
      for (let x = x0; x <= x1; x++) {
        const pixel = y * width + x;
        if (face[pixel] >= 0) continue;
        const px = x + 0.5;
        let d2 = margin2;
        if (edges & 1) d2 = Math.min(d2, segmentDistance(px, py, ax, ay, abx, aby, abInverse));
        if (edges & 2) d2 = Math.min(d2, segmentDistance(px, py, bx, by, bcx, bcy, bcInverse));
        if (edges & 4) d2 = Math.min(d2, segmentDistance(px, py, cx, cy, cax, cay, caInverse));
        if (d2 < margin2) keep(buffers, nearest, pixel, f, d2);
      }
    }
  }

  const { nearPixels, nearCount, nearDistances } = buffers;
  const falloff = silhouette.sigmainv * (2 / width) ** 2;
  const total = buffers.nearTotal[0];
  for (let slot = 0; slot < total; slot++) {
    let outside = 1;
    const first = slot * nearest;
    for (let k = first; k < first + nearCount[slot]; k++)
      outside *= 1 - Math.exp(-nearDistances[k] * falloff);
    mask[nearPixels[slot]] = 1 - outside;
  }
}

const segment = new Float64Array(3);

/** Nearest point of an edge a-b to (px, py): writes its position t along the edge and the vector to the pixel. */
function nearestOnEdge(clip: Float64Array, a: number, b: number, px: number, py: number): number {
  const ax = clip[a] / clip[a + 2];
  const ay = clip[a + 1] / clip[a + 2];
  const dx = clip[b] / clip[b + 2] - ax;
  const dy = clip[b + 1] / clip[b + 2] - ay;
  const length2 = dx * dx + dy * dy;
  let t = length2 > 0 ? ((px - ax) * dx + (py - ay) * dy) / length2 : 0;
  t = t < 0 ? 0 : Math.min(t, 1);
  segment[0] = t;
  segment[1] = px - ax - t * dx;
  segment[2] = py - ay - t * dy;
  return segment[1] * segment[1] + segment[2] * segment[2];
}

/** Adds the gradient of (X, Y, W) that belongs to a gradient of the pixel position X / W, Y / W. */
export function addPoint(clip: Float64Array, out: Float64Array, v: number, gx: number, gy: number): void {
  const w = 1 / clip[v + 2];
  out[v] += gx * w;
  out[v + 1] += gy * w;
  out[v + 2] -= (gx * clip[v] + gy * clip[v + 1]) * w * w;
}

/**
 * Takes the gradient of `mask` [H, W] back to the vertices in clip space (added to `buffers.clipGradient`). Covered pixels
 * are 1 whatever the vertices do, so only the pixels around the mesh pull at it, as in DIB-R.
 */
export function softSilhouetteBackward(
  scene: Scene,
  silhouette: SoftSilhouette,
  buffers: Buffers,
  maskGradient: Real,
): void {
  const { width } = scene;
  const { faces } = scene.topology;
  const { clip, clipGradient, nearPixels, nearCount, nearFaces, nearDistances } = buffers;
  const { nearest } = silhouette;
  const falloff = silhouette.sigmainv * (2 / width) ** 2;
  const total = buffers.nearTotal[0];
  for (let slot = 0; slot < total; slot++) {
    const pixel = nearPixels[slot];
    const g = maskGradient[pixel];
    if (g === 0) continue;
    const px = (pixel % width) + 0.5;
    const py = Math.floor(pixel / width) + 0.5;
    const first = slot * nearest;
    const last = first + nearCount[slot];
    for (let k = first; k < last; k++) {
      let slope = -g * falloff * Math.exp(-nearDistances[k] * falloff);
      for (let other = first; other < last; other++) {
        if (other !== k) slope *= 1 - Math.exp(-nearDistances[other] * falloff);
      }
      if (slope === 0) continue;
      const corner = 3 * nearFaces[k];
      let best = Infinity;
      let [a, b, t, ex, ey] = [0, 0, 0, 0, 0];
      for (let e = 0; e < 3; e++) {
        const from = 4 * faces[corner + e];
        const to = 4 * faces[corner + ((e + 1) % 3)];
        const d2 = nearestOnEdge(clip, from, to, px, py);
        if (d2 < best) {
          best = d2;
          [a, b, t, ex, ey] = [from, to, segment[0], segment[1], segment[2]];
        }
      }
      // d^2 = |p - (a + t (b - a))|^2 with the best t: only a and b move it
      addPoint(clip, clipGradient, a, -2 * slope * (1 - t) * ex, -2 * slope * (1 - t) * ey);
      addPoint(clip, clipGradient, b, -2 * slope * t * ex, -2 * slope * t * ey);
    }
  }
}
