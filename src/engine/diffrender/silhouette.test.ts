import { describe, expect, it } from 'vitest';
import type { OrbitCamera } from './camera.ts';
import { render } from './render.ts';
import { silhouetteMargin } from './silhouette.ts';
import { buffersFor, frontCamera, icosphere, plane, randomSource, sceneOf } from './test-scenes.ts';
import type { Scene } from './types.ts';

function drawn(scene: Scene) {
  const buffers = buffersFor(scene);
  render(scene, buffers);
  return buffers;
}

describe('soft silhouette', () => {
  const camera: OrbitCamera = { ...frontCamera, azimuth: 0.4, elevation: 0.2 };

  it('of the single nearest face is exp(-d^2 sigmainv) of the distance to the mesh', () => {
    const size = 100;
    const buffers = drawn(
      sceneOf(plane(2, 2), { ...frontCamera, fov: 1 }, size, { silhouette: { sigmainv: 400, nearest: 1 } }),
    );
    const half = size / (2 * 4 * Math.tan(0.5));
    for (const [x, y] of [
      [50, 22],
      [78, 50],
      [25, 25],
      [23, 50],
    ]) {
      const dx = Math.max(0, Math.abs(x + 0.5 - size / 2) - half);
      const dy = Math.max(0, Math.abs(y + 0.5 - size / 2) - half);
      const d2 = (dx * dx + dy * dy) * (2 / size) ** 2;
      expect(d2).toBeGreaterThan(0);
      expect(buffers.mask[y * size + x]).toBeCloseTo(Math.exp(-400 * d2), 9);
    }
  });

  it('finds with contour edges alone what all faces give', () => {
    const random = randomSource(11);
    const mesh = icosphere(3);
    for (let k = 0; k < mesh.vertices.length; k++) mesh.vertices[k] *= 0.8 + 0.3 * random();
    const scene = sceneOf(mesh, camera, 96, { silhouette: { sigmainv: 300, nearest: 1 } });
    const contour = drawn(scene);
    // with many faces kept, the one nearest of them is found among all
    const all = { ...scene, silhouette: { sigmainv: 300, nearest: 64 } };
    const kept = drawn(all);
    let compared = 0;
    for (let slot = 0; slot < kept.nearTotal[0]; slot++) {
      const distances = kept.nearDistances.subarray(slot * 64, slot * 64 + kept.nearCount[slot]);
      const expected = Math.exp(-Math.min(...distances) * 300 * (2 / 96) ** 2);
      expect(contour.mask[kept.nearPixels[slot]]).toBeCloseTo(expected, 12);
      compared++;
    }
    expect(compared).toBe(contour.nearTotal[0]);
    expect(compared).toBeGreaterThan(300);
  });

  it('multiplies over faces as DIB-R does, checked against every face by brute force', () => {
    const mesh = icosphere(1);
    const size = 40;
    const scene = sceneOf(mesh, camera, size, { silhouette: { sigmainv: 200, nearest: 64 } });
    const buffers = drawn(scene);
    const margin = silhouetteMargin({ sigmainv: 200, nearest: 64 }, size);
    const point = (v: number) => [
      buffers.clip[4 * v] / buffers.clip[4 * v + 2],
      buffers.clip[4 * v + 1] / buffers.clip[4 * v + 2],
    ];
    for (let p = 0; p < size * size; p++) {
      if (buffers.face[p] >= 0) continue;
      const [px, py] = [(p % size) + 0.5, Math.floor(p / size) + 0.5];
      let outside = 1;
      for (let f = 0; f < mesh.faces.length; f += 3) {
        let d2 = Infinity;
        for (let k = 0; k < 3; k++) {
          const [ax, ay] = point(mesh.faces[f + k]);
          const [bx, by] = point(mesh.faces[f + ((k + 1) % 3)]);
          const l2 = (bx - ax) ** 2 + (by - ay) ** 2;
          const t = Math.min(1, Math.max(0, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / l2));
          d2 = Math.min(d2, (px - ax - t * (bx - ax)) ** 2 + (py - ay - t * (by - ay)) ** 2);
        }
        if (d2 < margin * margin) outside *= 1 - Math.exp(-d2 * 200 * (2 / size) ** 2);
      }
      expect(buffers.mask[p]).toBeCloseTo(1 - outside, 9);
    }
  });

  it('falls below a thousandth at its margin, so that the cut leaves no step', () => {
    const silhouette = { sigmainv: 7000, nearest: 1 };
    const margin = silhouetteMargin(silhouette, 256) * (2 / 256);
    expect(Math.exp(-7000 * margin ** 2)).toBeCloseTo(0.001, 12);
  });
});
