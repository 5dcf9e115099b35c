import { describe, expect, it } from 'vitest';
import { partNames } from '../../shared/template.ts';
import type { OrbitCamera } from '../diffrender/index.ts';
import { boxTemplate } from '../texture/test-box.ts';
import { rearLightEvidence } from './rear-lights.ts';
import { Silhouette } from './silhouette.ts';

/** A box whose whole rear is lights; its faces come in the order left, right, top, front, rear, bottom. */
const template = boxTemplate();
template.parts.fill(partNames.indexOf('lights_rear'), 8, 10);
const box = Float64Array.from(template.vertices);
const low = box.map((x, k) => (k % 3 === 1 ? x / 10 : x));

/** Evidence where the colours of the drawn rear lie `rows` of 64 lower in the picture, the mask `cut` below it or not. */
function seen(
  azimuthDeg: number,
  rear: readonly number[],
  paint: readonly number[],
  { vertices = box, rows = 0, cut = false } = {},
): number {
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
  const { face } = silhouette.buffers;
  const lamps = [...face.keys()].filter((p) => face[p] === 8 || face[p] === 9);
  for (const p of face.keys()) if (face[p] >= 0) picture.rgb.set(paint, 3 * p);
  for (const p of lamps) picture.rgb.set(rear, 3 * (p + rows * size));
  if (cut) picture.mask.fill(0, size * (1 + Math.floor(Math.max(...lamps) / size)));
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

  it('finds red lamps a little above or below the drawn ones, and no others', () => {
    expect(seen(180, red, grey, { vertices: low, rows: 3 })).toBe(2);
    expect(seen(180, red, grey, { vertices: low, rows: -3 })).toBe(2);
    expect(seen(180, red, grey, { vertices: low, rows: -12 })).toBe(-0.8);
  });

  it('lets what is only reddish above or below the drawn lights change nothing', () => {
    const reddish = [0.6, 0.4, 0.4];
    expect(seen(180, reddish, grey, { vertices: low, rows: 3 })).toBe(
      seen(180, grey, grey, { vertices: low }),
    );
    expect(seen(180, reddish, grey, { vertices: low })).toBeCloseTo(-0.4, 5);
  });

  it('seeks no lamps where the car is not shown', () => {
    expect(seen(180, red, grey, { vertices: low, rows: -3, cut: true })).toBe(2);
    expect(seen(180, red, grey, { vertices: low, rows: 3, cut: true })).toBe(-0.8);
  });

  it('says nothing of red cars and of views without rear lights', () => {
    expect(seen(180, red, crimson)).toBe(0);
    expect(seen(0, red, grey)).toBe(0);
  });
});
