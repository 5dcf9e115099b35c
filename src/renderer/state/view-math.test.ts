import { describe, expect, it } from 'vitest';
import { canonicalViewpoint, project, type Vec3, type Viewpoint } from '../../shared/viewpoint.ts';
import { testDocument } from '../test/test-document.ts';
import { dollied, followDocument, orbited, reframing, sameViewpoint } from './view-math.ts';

const document = testDocument();
const view: Viewpoint = { ...document.viewpoint, azimuthDeg: 200, elevationDeg: 5 };

describe('turning', () => {
  it('wraps the azimuth and stops at the elevations that make sense', () => {
    expect(orbited({ ...view, azimuthDeg: 355 }, 10, 0).azimuthDeg).toBe(5);
    expect(orbited(view, 0, 500).elevationDeg).toBe(80);
    expect(orbited(view, 0, -500).elevationDeg).toBe(-10);
  });

  it('does not jump back from an estimated viewpoint beyond the limits', () => {
    expect(orbited({ ...view, elevationDeg: -20 }, 1, 0).elevationDeg).toBe(-20);
    const far = { ...view, distance: 100 };
    expect(dollied(far, 1.1, 4).distance).toBe(100);
    expect(dollied(far, 0.5, 4).distance).toBe(50);
  });
});

describe('followDocument', () => {
  it('goes to the estimated viewpoint of another car and of a flipped one', () => {
    expect(followDocument(view, null, document)).toEqual(document.viewpoint);
    expect(followDocument(view, { ...document, id: 'other' }, document)).toEqual(document.viewpoint);
    const turned = { ...document, viewpoint: { ...document.viewpoint, azimuthDeg: 220 } };
    expect(followDocument(view, document, turned)).toEqual(turned.viewpoint);
  });

  it('follows a refined viewpoint only for who stands there', () => {
    const viewpoint: Viewpoint = { ...document.viewpoint, azimuthDeg: 43, target: [0, 0.8, 0] };
    const refined = { ...document, viewpoint };
    expect(followDocument(document.viewpoint, document, refined)).toEqual(viewpoint);
    expect(followDocument(view, document, refined)).toEqual({ ...view, target: [0, 0.8, 0] });
  });

  it('leaves the view alone when the name changes, and keeps the picture when the length does', () => {
    expect(followDocument(view, document, { ...document, name: 'x' })).toEqual(view);
    const { viewpoint: v, car } = document;
    const longer = {
      ...document,
      car: { ...car, lengthMetres: car.lengthMetres * 2 },
      viewpoint: {
        ...v,
        distance: v.distance * 2,
        target: [v.target[0] * 2, v.target[1] * 2, v.target[2] * 2] as [number, number, number],
      },
    };
    const followed = followDocument(view, document, longer);
    expect(followed.distance).toBeCloseTo(view.distance * 2);
    expect(followed.azimuthDeg).toBe(200);
  });
});

describe('reframing', () => {
  it('puts the target plane of the canonical picture where the viewpoint shows it', () => {
    const target: Vec3 = [0, 0.7, 0];
    const length = 4.4;
    const canonical = canonicalViewpoint(0, 0, length, target);
    const shown: Viewpoint = { ...canonical, distance: 17, fovDeg: 21, rollDeg: 12, offset: [0.06, -0.03] };
    const square = { x: -0.5, y: -0.5, size: 1 };
    const point: Vec3 = [0.9, 1.3, 0];
    const from = project(canonical, square, point);
    const to = project(shown, square, point);
    const { scale, rotation, dx, dy } = reframing(shown, length);
    const [c, s] = [Math.cos(rotation), Math.sin(rotation)];
    expect(scale * (c * from.x - s * from.y) + dx).toBeCloseTo(to.x);
    expect(scale * (s * from.x + c * from.y) + dy).toBeCloseTo(to.y);
  });
});

it('compares viewpoints by picture, not by number of turns', () => {
  expect(sameViewpoint(view, { ...view, azimuthDeg: view.azimuthDeg - 360 })).toBe(true);
  expect(sameViewpoint(view, { ...view, rollDeg: 0.01 })).toBe(false);
});
