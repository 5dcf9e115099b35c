import type { Vec3 } from '../../shared/viewpoint.ts';
import type { OrbitCamera } from '../diffrender/index.ts';
import { boxCentre } from '../render/camera.ts';

/**
 * Moves and scales a car's vertices [V, 3] in place to its standard place: length along z = 1, wheels on y = 0, centred in z
 * (x is symmetric already); what is left below the ground is pressed onto it. Returns the cameras that see the same pictures:
 * their distance takes the scale, and their target becomes the centre of the car's box again, with distance and offset that
 * keep that centre's place.
 */
export function normaliseCar(
  vertices: Float64Array,
  groundShare: number,
  cameras: readonly OrbitCamera[],
): OrbitCamera[] {
  const [low, high, ground] = extent(vertices, groundShare);
  const scale = 1 / (high - low);
  const shift: Vec3 = [0, -ground, -(low + high) / 2];
  for (let v = 0; v < vertices.length; v += 3) {
    vertices[v] *= scale;
    vertices[v + 1] = Math.max(0, (vertices[v + 1] + shift[1]) * scale);
    vertices[v + 2] = (vertices[v + 2] + shift[2]) * scale;
  }
  const centre = boxCentre(vertices);
  return cameras.map((camera) => {
    const target: Vec3 = [
      camera.target[0] * scale,
      (camera.target[1] + shift[1]) * scale,
      (camera.target[2] + shift[2]) * scale,
    ];
    return retargeted({ ...camera, distance: camera.distance * scale, target }, centre);
  });
}

/**
 * Ends of the car along z, and the height of its ground: the lowest vertices decide, `groundShare` of all, so that one
 * stray vertex doesn't lift the car.
 */
function extent(vertices: Float64Array, groundShare: number): readonly [number, number, number] {
  let [low, high] = [Infinity, -Infinity];
  const heights = new Float64Array(vertices.length / 3);
  for (let v = 0; v < vertices.length; v += 3) {
    heights[v / 3] = vertices[v + 1];
    low = Math.min(low, vertices[v + 2]);
    high = Math.max(high, vertices[v + 2]);
  }
  heights.sort();
  return [low, high, heights[Math.floor(groundShare * heights.length)]];
}

/** The camera with another target that shows the target at the same place and size. */
export function retargeted(camera: OrbitCamera, target: Vec3): OrbitCamera {
  const [sa, ca] = [Math.sin(camera.azimuth), Math.cos(camera.azimuth)];
  const [se, ce] = [Math.sin(camera.elevation), Math.cos(camera.elevation)];
  const [sr, cr] = [Math.sin(camera.roll), Math.cos(camera.roll)];
  const d = [0, 1, 2].map((k) => target[k] - camera.target[k]);
  const along = (axis: Vec3) => axis[0] * d[0] + axis[1] * d[1] + axis[2] * d[2];
  const [right, up] = [along([ca, 0, -sa]), along([-sa * se, ce, -ca * se])];
  const depth = camera.distance - along([sa * ce, se, ca * ce]);
  const unit = 1 / (2 * depth * Math.tan(camera.fov / 2));
  return {
    ...camera,
    target,
    distance: depth,
    offset: [
      camera.offset[0] + (cr * right - sr * up) * unit,
      camera.offset[1] - (cr * up + sr * right) * unit,
    ],
  };
}
