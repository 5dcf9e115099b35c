import { describe, expect, it } from 'vitest';
import {
  azimuthDifference,
  cameraFrame,
  canonicalViewpoint,
  flipped,
  mirrored,
  project,
  type Vec3,
  type Viewpoint,
  wrapAzimuth,
} from './viewpoint.ts';

const base: Viewpoint = {
  azimuthDeg: 0,
  elevationDeg: 0,
  rollDeg: 0,
  distance: 10,
  fovDeg: 90,
  target: [0, 0, 0],
  offset: [0, 0],
};
const crop = { x: 100, y: 200, size: 400 };

const dot = (a: Vec3, b: Vec3) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

describe('cameraFrame', () => {
  it('puts azimuth 0 in front of the car and 90 on its left', () => {
    expect(cameraFrame(base).eye).toEqual([0, 0, 10]);
    const left = cameraFrame({ ...base, azimuthDeg: 90 }).eye;
    expect(left[0]).toBeCloseTo(10);
    expect(left[2]).toBeCloseTo(0);
  });

  it('is orthonormal and right-handed for any angles', () => {
    const f = cameraFrame({ ...base, azimuthDeg: 37, elevationDeg: 22, rollDeg: -14 });
    expect(dot(f.right, f.up)).toBeCloseTo(0);
    expect(dot(f.right, f.forward)).toBeCloseTo(0);
    expect(dot(f.up, f.forward)).toBeCloseTo(0);
    const cross: Vec3 = [
      f.right[1] * f.up[2] - f.right[2] * f.up[1],
      f.right[2] * f.up[0] - f.right[0] * f.up[2],
      f.right[0] * f.up[1] - f.right[1] * f.up[0],
    ];
    expect(dot(cross, f.forward)).toBeCloseTo(-1);
  });

  it('leans the camera to its right for positive roll', () => {
    expect(cameraFrame({ ...base, rollDeg: 90 }).up[0]).toBeCloseTo(1);
  });
});

describe('project', () => {
  it('sends the target to the middle of the crop, shifted by the offset', () => {
    expect(project(base, crop, [0, 0, 0])).toEqual({ x: 300, y: 400, depth: 10 });
    const p = project({ ...base, offset: [0.1, -0.05] }, crop, [0, 0, 0]);
    expect([p.x, p.y]).toEqual([340, 380]);
  });

  it('follows the pinhole equation: at 90 degrees a point as far aside as deep lies on the border', () => {
    const p = project(base, crop, [10, 10, 0]);
    expect(p.x).toBeCloseTo(500);
    expect(p.y).toBeCloseTo(200);
  });

  it('sees the front of the car on the left of the picture when looking at its left side', () => {
    expect(project({ ...base, azimuthDeg: 90 }, crop, [0, 0, 2]).x).toBeLessThan(300);
  });

  it('mirrors: the mirrored point in the mirrored viewpoint lies at the mirrored pixel', () => {
    const v: Viewpoint = {
      ...base,
      azimuthDeg: 37,
      elevationDeg: 9,
      rollDeg: 5,
      target: [0.1, 0.7, 0.2],
      offset: [0.03, 0.01],
    };
    const a = project(v, crop, [0.8, 1.1, -1.7]);
    const b = project(mirrored(v), crop, [-0.8, 1.1, -1.7]);
    expect(b.x - 300).toBeCloseTo(300 - a.x);
    expect(b.y).toBeCloseTo(a.y);
  });
});

describe('angles', () => {
  it('wraps and subtracts the short way round', () => {
    expect(wrapAzimuth(-90)).toBe(270);
    expect(wrapAzimuth(720)).toBe(0);
    expect(azimuthDifference(350, 10)).toBe(20);
    expect(azimuthDifference(10, 350)).toBe(-20);
    expect(azimuthDifference(0, 180)).toBe(180);
  });

  it('flips to the other side and back', () => {
    expect(flipped(flipped({ ...base, azimuthDeg: 30 })).azimuthDeg).toBe(30);
  });
});

it('clamps the elevation of the canonical framing to what was trained', () => {
  expect(canonicalViewpoint(-10, 80, 5, [0, 0.7, 0])).toMatchObject({
    azimuthDeg: 350,
    elevationDeg: 30,
    distance: 12,
  });
});
