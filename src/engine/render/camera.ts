import { type Crop, type Vec3, type Viewpoint, wrapAzimuth } from '../../shared/viewpoint.ts';
import type { OrbitCamera, Window } from '../diffrender/index.ts';

const radians = Math.PI / 180;

/** The renderer's camera for a viewpoint, in car lengths. */
export function orbitOf(viewpoint: Viewpoint, lengthMetres: number): OrbitCamera {
  return {
    azimuth: viewpoint.azimuthDeg * radians,
    elevation: viewpoint.elevationDeg * radians,
    roll: viewpoint.rollDeg * radians,
    distance: viewpoint.distance / lengthMetres,
    fov: viewpoint.fovDeg * radians,
    offset: [viewpoint.offset[0], viewpoint.offset[1]],
    target: [
      viewpoint.target[0] / lengthMetres,
      viewpoint.target[1] / lengthMetres,
      viewpoint.target[2] / lengthMetres,
    ],
  };
}

/** The viewpoint of a camera in car lengths; the other way around from orbitOf. */
export function viewpointOf(camera: OrbitCamera, lengthMetres: number): Viewpoint {
  const { target, offset } = camera;
  return {
    azimuthDeg: wrapAzimuth(camera.azimuth / radians),
    elevationDeg: camera.elevation / radians,
    rollDeg: camera.roll / radians,
    distance: camera.distance * lengthMetres,
    fovDeg: camera.fov / radians,
    target: [target[0] * lengthMetres, target[1] * lengthMetres, target[2] * lengthMetres],
    offset: [offset[0], offset[1]],
  };
}

/** Where a crop lies in a picture that shows the region of the photo from (x, y) on, `scale` pixels to one of the photo. */
export function windowOf(crop: Crop, x: number, y: number, scale: number): Window {
  return { x: (crop.x - x) * scale, y: (crop.y - y) * scale, size: crop.size * scale };
}

/** Centre of the box of vertices [V, 3]. */
export function boxCentre(vertices: ArrayLike<number>): Vec3 {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let v = 0; v < vertices.length; v++) {
    low[v % 3] = Math.min(low[v % 3], vertices[v]);
    high[v % 3] = Math.max(high[v % 3], vertices[v]);
  }
  return [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2];
}
