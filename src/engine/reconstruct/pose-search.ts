import type { OrbitCamera } from '../diffrender/index.ts';
import { alignBox } from './align.ts';
import type { Silhouette } from './silhouette.ts';
import type { VisibleBox } from './visible-box.ts';

/** What is varied: the change from the start, its first step, and the change that costs as much as `priorCost` of IoU. */
interface Freedom {
  step: number;
  spread: number;
  apply(camera: OrbitCamera, change: number): OrbitCamera;
}

const degree = Math.PI / 180;

/** Turns and distance, after which the box is aligned anew. */
const turns: Freedom[] = [
  { step: 6 * degree, spread: 12 * degree, apply: (c, d) => ({ ...c, azimuth: c.azimuth + d }) },
  { step: 3 * degree, spread: 6 * degree, apply: (c, d) => ({ ...c, elevation: c.elevation + d }) },
  { step: 0.2, spread: 0.5, apply: (c, d) => atDistance(c, Math.exp(d)) },
  { step: 1.5 * degree, spread: 3 * degree, apply: (c, d) => ({ ...c, roll: c.roll + d }) },
];

/** Scale and shift around the aligned box, against single pixels that stick out of the mask. */
const shifts: Freedom[] = [
  { step: 0.02, spread: 0.06, apply: (c, d) => scaled(c, Math.exp(d)) },
  { step: 0.01, spread: 0.03, apply: (c, d) => ({ ...c, offset: [c.offset[0] + d, c.offset[1]] }) },
  { step: 0.01, spread: 0.03, apply: (c, d) => ({ ...c, offset: [c.offset[0], c.offset[1] + d] }) },
];

const priorCost = 0.01;
const halvings = 3;
const rounds = 3;

/** Moves the eye, keeping the size of what is at the target. */
function atDistance(camera: OrbitCamera, factor: number): OrbitCamera {
  return {
    ...camera,
    distance: camera.distance * factor,
    fov: 2 * Math.atan(Math.tan(camera.fov / 2) / factor),
  };
}

function scaled(camera: OrbitCamera, factor: number): OrbitCamera {
  return { ...camera, fov: 2 * Math.atan(Math.tan(camera.fov / 2) / factor) };
}

export interface PoseFit {
  camera: OrbitCamera;
  /** at the size of the silhouette's crop */
  maskIoU: number;
}

/**
 * A camera near `start` whose silhouette of the vertices [V, 3] fits the mask better: pattern search over turns and distance
 * with the box aligned in closed form at every trial, then over scale and shift.
 */
export function searchPose(
  silhouette: Silhouette,
  vertices: Float64Array,
  start: OrbitCamera,
  visible: VisibleBox,
): PoseFit {
  const turned = patternSearch(silhouette, vertices, start, turns, (camera) =>
    alignBox(vertices, camera, visible),
  );
  const shifted = patternSearch(silhouette, vertices, turned, shifts, (camera) => camera);
  return { camera: shifted, maskIoU: silhouette.iou(vertices, shifted) };
}

function patternSearch(
  silhouette: Silhouette,
  vertices: Float64Array,
  start: OrbitCamera,
  freedoms: readonly Freedom[],
  finish: (camera: OrbitCamera) => OrbitCamera,
): OrbitCamera {
  const changes = freedoms.map(() => 0);
  const cameraOf = (trial: readonly number[]) =>
    finish(freedoms.reduce((camera, freedom, k) => freedom.apply(camera, trial[k]), start));
  const score = (trial: readonly number[]) =>
    silhouette.iou(vertices, cameraOf(trial)) -
    priorCost * freedoms.reduce((cost, { spread }, k) => cost + (trial[k] / spread) ** 2, 0);
  let best = score(changes);
  for (let level = 0; level < halvings; level++) {
    for (let round = 0, improved = true; improved && round < rounds; round++) {
      improved = false;
      for (const [k, { step }] of freedoms.entries()) {
        const here = changes[k];
        for (const direction of [1, -1]) {
          const trial = changes.with(k, here + (direction * step) / 2 ** level);
          const value = score(trial);
          if (value <= best) continue;
          best = value;
          changes[k] = trial[k];
          improved = true;
        }
      }
    }
  }
  return cameraOf(changes);
}
