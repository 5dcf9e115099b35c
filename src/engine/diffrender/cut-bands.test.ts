import { expect, it } from 'vitest';
import { createBuffers } from './buffers.ts';
import { bandOf } from './cut-bands.ts';
import { projectVertices } from './project.ts';
import { render } from './render.ts';
import { buffersFor, frontCamera, icosphere, plane, sceneOf } from './test-scenes.ts';
import type { Scene } from './types.ts';

function bands(scene: Scene, of: number) {
  const { clip } = createBuffers({ vertexCount: scene.topology.vertexCount, faceCount: 1, pixelCount: 1 });
  projectVertices(scene.vertices, scene.camera, clip);
  return Array.from({ length: of }, (_, k) => bandOf(scene, clip, k, of));
}

it('bands follow one another from the first row to the last, whatever is drawn', () => {
  const scenes = [
    sceneOf(icosphere(3), frontCamera, 100),
    sceneOf(icosphere(1), { ...frontCamera, distance: 0.5 }, 7),
    sceneOf(plane(1, 1), { ...frontCamera, azimuth: Number.NaN }, 20),
    sceneOf(icosphere(0), frontCamera, 0),
  ];
  for (const scene of scenes) {
    for (const of of [1, 2, 3, 9]) {
      let row = 0;
      for (const { from, to } of bands(scene, of)) {
        expect(from).toBe(row);
        expect(to).toBeGreaterThanOrEqual(from);
        row = to;
      }
      expect(row).toBe(scene.height);
    }
  }
});

it('a mesh at the edge of the picture is shared as evenly as one in the middle', () => {
  for (const offset of [0, 0.22, -0.22]) {
    const scene = sceneOf(icosphere(4), { ...frontCamera, fov: 0.9, offset: [0, offset] }, 200);
    const buffers = buffersFor(scene);
    render(scene, buffers);
    const covered = bands(scene, 2).map(({ from, to }) =>
      buffers.mask.subarray(200 * from, 200 * to).reduce((sum, m) => sum + m, 0),
    );
    expect(Math.min(...covered)).toBeGreaterThan(0.35 * (covered[0] + covered[1]));
  }
});
