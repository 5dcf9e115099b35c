import { type OrbitCamera, orbitCameraMatrix } from '../diffrender/index.ts';
import type { VisibleBox } from './visible-box.ts';

/** How strongly the network's own scale and offset hold where sides are missing; a side that is seen weighs 1. */
const priorWeight = 0.003;

const matrix = new Float64Array(16);

/** The box of projected vertices [V, 3] in fractions of the crop; null if a part of the car is behind the eye. */
function projectedBox(
  vertices: ArrayLike<number>,
  camera: OrbitCamera,
): { left: number; top: number; right: number; bottom: number } | null {
  const m = orbitCameraMatrix(camera, { x: 0, y: 0, size: 1 }, matrix);
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let v = 0; v < vertices.length; v += 3) {
    const x = vertices[v];
    const y = vertices[v + 1];
    const z = vertices[v + 2];
    const w = m[8] * x + m[9] * y + m[10] * z + m[11];
    if (!(w > 1e-3)) return null;
    const px = (m[0] * x + m[1] * y + m[2] * z + m[3]) / w;
    const py = (m[4] * x + m[5] * y + m[6] * z + m[7]) / w;
    if (px < left) left = px;
    if (px > right) right = px;
    if (py < top) top = py;
    if (py > bottom) bottom = py;
  }
  return { left, top, right, bottom };
}

/**
 * The camera whose field of view and offset bring the drawn car's box onto the visible sides of the mask's box: least
 * squares over one scale and two shifts, with the given camera as a weak prior. Distance and angles stay.
 */
export function alignBox(vertices: ArrayLike<number>, camera: OrbitCamera, visible: VisibleBox): OrbitCamera {
  const drawn = projectedBox(vertices, camera);
  if (!drawn) return camera;
  const [cx, cy] = [0.5 + camera.offset[0], 0.5 + camera.offset[1]];
  // unknowns: scale s, and the principal point after it, x and y
  const sides = [
    [drawn.left - cx, 0, visible.left],
    [drawn.right - cx, 0, visible.right],
    [drawn.top - cy, 1, visible.top],
    [drawn.bottom - cy, 1, visible.bottom],
  ] as const;
  let ss = priorWeight;
  let rhsScale = priorWeight;
  const count = [priorWeight, priorWeight];
  const sum = [0, 0];
  const rhs = [priorWeight * cx, priorWeight * cy];
  for (const [reach, axis, place] of sides) {
    if (place === null) continue;
    ss += reach * reach;
    rhsScale += reach * place;
    count[axis] += 1;
    sum[axis] += reach;
    rhs[axis] += place;
  }
  const scale =
    (rhsScale - (sum[0] * rhs[0]) / count[0] - (sum[1] * rhs[1]) / count[1]) /
    (ss - sum[0] ** 2 / count[0] - sum[1] ** 2 / count[1]);
  const tangent = Math.tan(camera.fov / 2) / Math.min(4, Math.max(0.25, scale));
  const used = Math.tan(camera.fov / 2) / tangent;
  return {
    ...camera,
    fov: 2 * Math.atan(tangent),
    offset: [(rhs[0] - used * sum[0]) / count[0] - 0.5, (rhs[1] - used * sum[1]) / count[1] - 0.5],
  };
}
