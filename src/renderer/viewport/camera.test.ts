import { PerspectiveCamera, Vector3 } from 'three';
import { expect, it } from 'vitest';
import { project, type Vec3, type Viewpoint } from '../../shared/viewpoint.ts';
import { applyViewpoint, squareOf } from './camera.ts';

const viewpoint: Viewpoint = {
  azimuthDeg: 137,
  elevationDeg: 18,
  rollDeg: -7,
  distance: 9,
  fovDeg: 33,
  target: [0.1, 0.7, -0.2],
  offset: [0.04, -0.07],
};

it.each([
  [640, 640],
  [900, 500],
  [300, 700],
])('draws a point in a %d x %d pane where the shared projection puts it', (width, height) => {
  const camera = new PerspectiveCamera();
  applyViewpoint(camera, viewpoint, width, height, 6);
  const square = squareOf(width, height);
  for (const point of [
    [0.8, 1.2, 2],
    [-0.9, 0, -2.1],
  ] satisfies Vec3[]) {
    const ndc = new Vector3(...point).project(camera);
    const expected = project(viewpoint, square, point);
    expect(((ndc.x + 1) / 2) * width).toBeCloseTo(expected.x, 6);
    expect(((1 - ndc.y) / 2) * height).toBeCloseTo(expected.y, 6);
    expect(Math.abs(ndc.z)).toBeLessThan(1);
  }
});
