import type { StudioDocument } from '../../shared/document.ts';
import { azimuthDifference, canonicalFraming, type Viewpoint, wrapAzimuth } from '../../shared/viewpoint.ts';

/** How far the page lets a camera go; the distance also in car lengths. */
export const viewLimits = {
  minElevationDeg: -10,
  maxElevationDeg: 80,
  maxRollDeg: 45,
  minDistanceInLengths: 0.6,
  maxDistanceInLengths: 12,
} as const;

const clamp = (value: number, min: number, max: number) => Math.min(max, Math.max(min, value));

/** Turns the camera around the car; degrees. An elevation already beyond the limits is not pulled back by turning. */
export function orbited(v: Viewpoint, azimuthDeg: number, elevationDeg: number): Viewpoint {
  const { minElevationDeg, maxElevationDeg } = viewLimits;
  return {
    ...v,
    azimuthDeg: wrapAzimuth(v.azimuthDeg + azimuthDeg),
    elevationDeg: clamp(
      v.elevationDeg + elevationDeg,
      Math.min(minElevationDeg, v.elevationDeg),
      Math.max(maxElevationDeg, v.elevationDeg),
    ),
  };
}

/** Smallest and largest distance in metres for a car of this length; a viewpoint beyond them widens them. */
export function distanceRange(lengthMetres: number, distance: number): { min: number; max: number } {
  return {
    min: Math.min(viewLimits.minDistanceInLengths * lengthMetres, distance),
    max: Math.max(viewLimits.maxDistanceInLengths * lengthMetres, distance),
  };
}

/** Moves the camera along its axis: factor 2 doubles the distance. */
export function dollied(v: Viewpoint, factor: number, lengthMetres: number): Viewpoint {
  const { min, max } = distanceRange(lengthMetres, v.distance);
  return { ...v, distance: clamp(v.distance * factor, min, max) };
}

export function rolled(v: Viewpoint, degrees: number): Viewpoint {
  return { ...v, rollDeg: clamp(v.rollDeg + degrees, -viewLimits.maxRollDeg, viewLimits.maxRollDeg) };
}

/** Shifts the picture by fractions of the crop's size, right and down. */
export function shifted(v: Viewpoint, dx: number, dy: number): Viewpoint {
  return { ...v, offset: [v.offset[0] + dx, v.offset[1] + dy] };
}

/** True when two viewpoints draw the same picture. */
export function sameViewpoint(a: Viewpoint, b: Viewpoint): boolean {
  const numbers = (v: Viewpoint) => [
    wrapAzimuth(v.azimuthDeg),
    v.elevationDeg,
    v.rollDeg,
    v.distance,
    v.fovDeg,
    ...v.target,
    ...v.offset,
  ];
  const other = numbers(b);
  return numbers(a).every((value, i) => Math.abs(value - (other[i] ?? 0)) < 1e-6);
}

function scaled(v: Viewpoint, factor: number): Viewpoint {
  const [x, y, z] = v.target;
  return { ...v, distance: v.distance * factor, target: [x * factor, y * factor, z * factor] };
}

/**
 * The view after the document changed under it. Another car, or one whose front and back changed places, is shown from
 * its estimated viewpoint; a car that only became longer or shorter keeps its place in the picture; a refined or nudged
 * viewpoint is followed by a user who stands there, while one who looks from elsewhere stays and looks at the new middle.
 */
export function followDocument(
  view: Viewpoint | null,
  before: StudioDocument | null,
  after: StudioDocument,
): Viewpoint {
  if (!view || !before || before.id !== after.id) return after.viewpoint;
  const factor = after.car.lengthMetres / before.car.lengthMetres;
  if (sameViewpoint(scaled(before.viewpoint, factor), after.viewpoint)) return scaled(view, factor);
  const turn = Math.abs(azimuthDifference(before.viewpoint.azimuthDeg, after.viewpoint.azimuthDeg));
  if (turn > 90 || sameViewpoint(view, before.viewpoint)) return after.viewpoint;
  return { ...view, target: after.viewpoint.target };
}

/** The elevation that the generator can draw, nearest to the one asked for. */
export function drawableElevation(elevationDeg: number): number {
  return clamp(elevationDeg, canonicalFraming.minElevationDeg, canonicalFraming.maxElevationDeg);
}

/** A 2D similarity from canonical framing to a viewpoint's framing, in fractions of the square and radians. */
export interface Reframing {
  /** size of the canonical picture relative to the square */
  scale: number;
  /** clockwise as seen, about the middle */
  rotation: number;
  /** fractions of the square, right and down */
  dx: number;
  dy: number;
}

/**
 * How the generator's picture (canonical framing) must be placed so that the car stands as the viewpoint shows it:
 * exact in the plane through the target that faces the camera, first order elsewhere.
 */
export function reframing(v: Viewpoint, lengthMetres: number): Reframing {
  const halfSize = (distance: number, fovDeg: number) => distance * Math.tan((fovDeg * Math.PI) / 360);
  const { distanceInLengths, fovDeg } = canonicalFraming;
  return {
    scale: halfSize(distanceInLengths * lengthMetres, fovDeg) / halfSize(v.distance, v.fovDeg),
    rotation: (-v.rollDeg * Math.PI) / 180,
    dx: v.offset[0],
    dy: v.offset[1],
  };
}
