import type { Buffers } from './buffers.ts';
import { silhouetteMargin } from './silhouette.ts';
import type { Rows, Scene } from './types.ts';

/** A camera whose w is the same everywhere is orthographic. */
export function isPerspective(camera: Float64Array): boolean {
  return camera[8] !== 0 || camera[9] !== 0 || camera[10] !== 0;
}

/** A few units in the last place of a double. */
const rounding = 2e-15;

/** Clip-space box of the part of a triangle in front of the near plane, in pixels; written to `box`. */
function boxInFront(clip: Float64Array, corners: readonly number[], near: number, box: Float64Array): void {
  box[0] = box[1] = Infinity;
  box[2] = box[3] = -Infinity;
  const grow = (x: number, y: number, w: number) => {
    box[0] = Math.min(box[0], x / w);
    box[1] = Math.min(box[1], y / w);
    box[2] = Math.max(box[2], x / w);
    box[3] = Math.max(box[3], y / w);
  };
  for (let k = 0; k < 3; k++) {
    const a = corners[k];
    const b = corners[(k + 1) % 3];
    const za = clip[a + 3];
    const zb = clip[b + 3];
    if (za >= near) grow(clip[a], clip[a + 1], clip[a + 2]);
    if (za >= near !== zb >= near) {
      const t = (near - za) / (zb - za);
      grow(
        clip[a] + t * (clip[b] - clip[a]),
        clip[a + 1] + t * (clip[b + 1] - clip[a + 1]),
        clip[a + 2] + t * (clip[b + 2] - clip[a + 2]),
      );
    }
  }
}

/**
 * Z-buffer rasterisation in homogeneous pixel coordinates (Olano and Greer, "Triangle Scan Conversion using 2D
 * Homogeneous Coordinates", 1997): a pixel p = (x, y, 1) lies in the triangle of clip vertices v_k = (X, Y, W) where the
 * three edge functions l_k = p . (v_k+1 x v_k+2) have the sign of their determinant; l_k / sum(l) are the
 * perspective-correct barycentrics. Nothing needs clipping: a triangle that crosses the near plane is cut by its depth
 * per pixel. Fills facing, and for the pixels of `rows` face, nearness and depth; mask becomes 1 where covered and 0
 * elsewhere. Of faces at the same depth the first wins.
 */
export function rasterise(scene: Scene, buffers: Buffers, rows: Rows): void {
  const { width, height, near, cullBack } = scene;
  const { faces } = scene.topology;
  const { clip, facing, face, nearness, depth, mask } = buffers;
  const perspective = isPerspective(scene.camera);
  const first = rows.from * width;
  const end = rows.to * width;
  face.fill(-1, first, end);
  nearness.fill(-Infinity, first, end);
  const limit = perspective ? 1 / near : -near;
  const box = new Float64Array(4);
  // a face beyond these heights has no part in the rows, nor in their soft silhouette or contours
  const reach = scene.silhouette ? silhouetteMargin(scene.silhouette, width) : 1;
  const top = rows.from - reach;
  const bottom = rows.to + reach;

  for (let f = 0, at = 0; at < faces.length; f++, at += 3) {
    facing[f] = 0;
    const a = 4 * faces[at];
    const b = 4 * faces[at + 1];
    const c = 4 * faces[at + 2];
    const za = clip[a + 3];
    const zb = clip[b + 3];
    const zc = clip[c + 3];
    if (!(za >= near || zb >= near || zc >= near)) continue;
    const ax = clip[a];
    const ay = clip[a + 1];
    const aw = clip[a + 2];
    const bx = clip[b];
    const by = clip[b + 1];
    const bw = clip[b + 2];
    const cx = clip[c];
    const cy = clip[c + 1];
    const cw = clip[c + 2];
    const crossing = !(za >= near && zb >= near && zc >= near);
    if (!crossing) {
      if (ay < top * aw && by < top * bw && cy < top * cw) continue;
      if (ay > bottom * aw && by > bottom * bw && cy > bottom * cw) continue;
    }
    // edge functions l_k = ek x + fk y + gk
    let e0 = by * cw - bw * cy;
    let f0 = bw * cx - bx * cw;
    let g0 = bx * cy - by * cx;
    let e1 = cy * aw - cw * ay;
    let f1 = cw * ax - cx * aw;
    let g1 = cx * ay - cy * ax;
    let e2 = ay * bw - aw * by;
    let f2 = aw * bx - ax * bw;
    let g2 = ax * by - ay * bx;
    const det = ax * e0 + ay * f0 + aw * g0;
    if (!(Math.abs(det) > 0 && Math.abs(det) < Infinity)) continue;
    // rows run downwards, so a face that is counter-clockwise to the eye has a negative determinant
    const front = det < 0;
    facing[f] = (front ? 1 : -1) * (crossing ? 2 : 1);
    if (!front && cullBack) continue;

    if (crossing) {
      boxInFront(clip, [a, b, c], near, box);
    } else {
      const ia = 1 / aw;
      const ib = 1 / bw;
      const ic = 1 / cw;
      box[0] = Math.min(ax * ia, bx * ib, cx * ic);
      box[1] = Math.min(ay * ia, by * ib, cy * ic);
      box[2] = Math.max(ax * ia, bx * ib, cx * ic);
      box[3] = Math.max(ay * ia, by * ib, cy * ic);
    }
    const x0 = Math.max(0, Math.ceil(box[0] - 0.5));
    const y0 = Math.max(rows.from, Math.ceil(box[1] - 0.5));
    const x1 = Math.min(width - 1, Math.floor(box[2] - 0.5));
    const y1 = Math.min(rows.to - 1, Math.floor(box[3] - 0.5));
    if (x0 > x1 || y0 > y1) continue;

    // inside is positive from here on
    if (front) {
      e0 = -e0;
      f0 = -f0;
      g0 = -g0;
      e1 = -e1;
      f1 = -f1;
      g1 = -g1;
      e2 = -e2;
      f2 = -f2;
      g2 = -g2;
    }
    const s = 1 / Math.abs(det);
    const qe = s * (perspective ? e0 + e1 + e2 : -(e0 * za + e1 * zb + e2 * zc));
    const qf = s * (perspective ? f0 + f1 + f2 : -(f0 * za + f1 * zb + f2 * zc));
    const qg = s * (perspective ? g0 + g1 + g2 : -(g0 * za + g1 * zb + g2 * zc));

    // edges reach out by their rounding error, so that no pixel on a shared edge or corner is missed by all its faces
    g0 += rounding * (Math.abs(e0) * width + Math.abs(f0) * height + Math.abs(g0));
    g1 += rounding * (Math.abs(e1) * width + Math.abs(f1) * height + Math.abs(g1));
    g2 += rounding * (Math.abs(e2) * width + Math.abs(f2) * height + Math.abs(g2));

    for (let y = y0; y <= y1; y++) {
      const py = y + 0.5;
      const r0 = f0 * py + g0;
      const r1 = f1 * py + g1;
      const r2 = f2 * py + g2;
      const rq = qf * py + qg;
      const row = y * width;
      for (let x = x0; x <= x1; x++) {
        const px = x + 0.5;
        if (e0 * px + r0 >= 0 && e1 * px + r1 >= 0 && e2 * px + r2 >= 0) {
          const q = qe * px + rq;
          if (q > nearness[row + x] && q <= limit && (q > 0 || !perspective)) {
            nearness[row + x] = q;
            face[row + x] = f;
          }
        }
      }
    }
  }
  for (let p = first; p < end; p++) {
    const covered = face[p] >= 0;
    mask[p] = covered ? 1 : 0;
    depth[p] = covered ? (perspective ? 1 / nearness[p] : -nearness[p]) : Infinity;
  }
}
