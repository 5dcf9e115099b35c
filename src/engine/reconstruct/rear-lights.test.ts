import { describe, expect, it } from 'vitest';
import { partNames } from '../../shared/template.ts';
import type { OrbitCamera } from '../diffrender/index.ts';
import { boxTemplate } from '../texture/test-box.ts';
import { rearLightEvidence } from './rear-lights.ts';
import { Silhouette } from './silhouette.ts';

/** A box whose whole rear is lights; its faces come in the order left, right, top, front, rear, bottom. */
const template = boxTemplate();
template.parts.fill(partNames.indexOf('lights_rear'), 8, 10);
const vertices = Float64Array.from(template.vertices);

function seen(azimuthDeg: number, rear: readonly number[], paint: readonly number[]): number {
  const camera: OrbitCamera = {
    azimuth: (azimuthDeg * Math.PI) / 180,
    elevation: 0.3,
    roll: 0,
    distance: 2.4,
    fov: 0.5,
    offset: [0, 0],
    target: [0, 0.15, 0],
  };
  const size = 64;
  const picture = {
    size,
    rgb: new Float32Array(3 * size * size),
    mask: new Float32Array(size * size).fill(1),
    valid: new Float32Array(size * size).fill(1),
  };
  const silhouette = new Silhouette(template, picture);
  silhouette.draw(vertices, camera);
  for (let p = 0; p < size * size; p++) {
    const face = silhouette.buffers.face[p];
    if (face >= 0) picture.rgb.set(face === 8 || face === 9 ? rear : paint, 3 * p);
  }
  return rearLightEvidence(silhouette, picture, template, vertices, camera);
}

describe('rearLightEvidence', () => {
  const [red, grey, crimson] = [
    [0.8, 0.1, 0.1],
    [0.5, 0.5, 0.5],
    [0.7, 0.15, 0.2],
  ];

  it('speaks for a rear view with red lamps and a little against one without', () => {
    expect(seen(180, red, grey)).toBe(2);
    expect(seen(180, grey, grey)).toBe(-0.8);
  });

  it('says nothing of red cars and of views without rear lights', () => {
    expect(seen(180, red, crimson)).toBe(0);
    expect(seen(0, red, grey)).toBe(0);
  });
});
