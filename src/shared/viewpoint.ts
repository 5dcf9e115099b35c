import { z } from 'zod';

/** [x, y, z] */
export type Vec3 = readonly [number, number, number];

/**
 * A camera that looks at the car. Azimuth 0 sees the front (camera on +Z), 90 the car's left side (camera on +X);
 * elevation is positive from above; distance and target are in metres; fovDeg is the vertical (and horizontal) field
 * of view of the square crop; offset shifts the principal point, in fractions of the crop's size, right and down.
 */
export const viewpointSchema = z.object({
  azimuthDeg: z.number(),
  elevationDeg: z.number().min(-90).max(90),
  rollDeg: z.number().min(-180).max(180),
  distance: z.number().positive(),
  fovDeg: z.number().gt(0).lt(180),
  target: z.tuple([z.number(), z.number(), z.number()]),
  offset: z.tuple([z.number(), z.number()]),
});
export type Viewpoint = z.infer<typeof viewpointSchema>;

/** A square region of a photo, in its pixels; it may reach beyond the photo. */
export const cropSchema = z.object({ x: z.number(), y: z.number(), size: z.number().positive() });
export type Crop = z.infer<typeof cropSchema>;

/** Framing of clean renders and of the generator: distance in car lengths. */
export const canonicalFraming = {
  distanceInLengths: 2.4,
  fovDeg: 30,
  minElevationDeg: 0,
  maxElevationDeg: 30,
} as const;

/** Orthonormal camera frame in car space; `forward` points from the eye to the target. */
export interface CameraFrame {
  eye: Vec3;
  right: Vec3;
  up: Vec3;
  forward: Vec3;
}

const radians = Math.PI / 180;

/** Azimuth in [0, 360). */
export function wrapAzimuth(degrees: number): number {
  return ((degrees % 360) + 360) % 360;
}

/** Signed smallest turn from `from` to `to`, in (-180, 180]. */
export function azimuthDifference(from: number, to: number): number {
  const d = wrapAzimuth(to - from);
  return d > 180 ? d - 360 : d;
}

/** The camera's frame. At elevation +-90 the world's up is replaced by the direction that continuity in elevation gives. */
export function cameraFrame(v: Viewpoint): CameraFrame {
  const az = v.azimuthDeg * radians;
  const el = v.elevationDeg * radians;
  const roll = v.rollDeg * radians;
  const [sa, ca, se, ce] = [Math.sin(az), Math.cos(az), Math.sin(el), Math.cos(el)];
  const backward: Vec3 = [sa * ce, se, ca * ce];
  const right0: Vec3 = [ca, 0, -sa];
  const up0: Vec3 = [-sa * se, ce, -ca * se];
  const [sr, cr] = [Math.sin(roll), Math.cos(roll)];
  const mix = (a: Vec3, b: Vec3, wa: number, wb: number): Vec3 => [
    a[0] * wa + b[0] * wb,
    a[1] * wa + b[1] * wb,
    a[2] * wa + b[2] * wb,
  ];
  return {
    eye: [
      v.target[0] + v.distance * backward[0],
      v.target[1] + v.distance * backward[1],
      v.target[2] + v.distance * backward[2],
    ],
    right: mix(right0, up0, cr, -sr),
    up: mix(up0, right0, cr, sr),
    forward: [-backward[0], -backward[1], -backward[2]],
  };
}

/** A projected point: photo pixels (centres at +0.5) and depth along the optical axis (metres, negative behind the eye). */
export interface Projection {
  x: number;
  y: number;
  depth: number;
}

/** Projects a point of car space (metres) into the photo through a viewpoint and its crop. */
export function project(v: Viewpoint, crop: Crop, point: Vec3): Projection {
  const frame = cameraFrame(v);
  const d: Vec3 = [point[0] - frame.eye[0], point[1] - frame.eye[1], point[2] - frame.eye[2]];
  const dot = (a: Vec3) => a[0] * d[0] + a[1] * d[1] + a[2] * d[2];
  const depth = dot(frame.forward);
  const scale = 1 / (depth * Math.tan((v.fovDeg * radians) / 2));
  return {
    x: crop.x + crop.size * (0.5 + (dot(frame.right) * scale) / 2 + v.offset[0]),
    y: crop.y + crop.size * (0.5 - (dot(frame.up) * scale) / 2 + v.offset[1]),
    depth,
  };
}

/** The same car from behind: the other of the two hypotheses that a silhouette can't tell apart. */
export function flipped(v: Viewpoint): Viewpoint {
  return { ...v, azimuthDeg: wrapAzimuth(v.azimuthDeg + 180) };
}

/** The viewpoint of the left-right mirrored picture. */
export function mirrored(v: Viewpoint): Viewpoint {
  return {
    ...v,
    azimuthDeg: wrapAzimuth(-v.azimuthDeg),
    rollDeg: -v.rollDeg,
    target: [-v.target[0], v.target[1], v.target[2]],
    offset: [-v.offset[0], v.offset[1]],
  };
}

/** The generator's framing of a car of this length with this target, from an azimuth and a (clamped) elevation. */
export function canonicalViewpoint(
  azimuthDeg: number,
  elevationDeg: number,
  lengthMetres: number,
  target: Vec3,
): Viewpoint {
  const { distanceInLengths, fovDeg, minElevationDeg, maxElevationDeg } = canonicalFraming;
  return {
    azimuthDeg: wrapAzimuth(azimuthDeg),
    elevationDeg: Math.min(maxElevationDeg, Math.max(minElevationDeg, elevationDeg)),
    rollDeg: 0,
    distance: distanceInLengths * lengthMetres,
    fovDeg,
    target: [...target],
    offset: [0, 0],
  };
}
