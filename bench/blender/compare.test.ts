import { expect, it } from 'vitest';
import { sampleProject } from '../../src/engine/host/paths.ts';
import type { Picture } from '../../src/shared/studio-api.ts';
import { readProjectCar } from '../project-car.ts';
import { comparePictures } from './compare-pictures.ts';
import { compareWithPreview, possibleLight, tryingViewpoint } from './compare-with-preview.ts';
import { blenderVersion } from './draw-in-blender.ts';

it.skipIf(blenderVersion() === null)(
  'Blender opens the GLB and draws what the preview shows (skipped where there is no blender in the path)',
  { timeout: 180_000 },
  async () => {
    const { car } = await readProjectCar(sampleProject());
    const compared = await compareWithPreview(car, tryingViewpoint(car), { size: 192, samples: 16 });
    const [albedo, diffuse] = compared.map(({ agreement }) => agreement);
    expect(albedo?.iou).toBeGreaterThan(0.99);
    expect(albedo?.difference).toBeLessThan(0.01);
    expect(diffuse?.iou).toBeGreaterThan(0.99);
    expect(diffuse?.difference).toBeLessThan(0.02);
  },
);

it('measures pictures over transparency', () => {
  const picture = (rgba: number[]): Picture => ({
    width: rgba.length / 4,
    height: 1,
    rgba: Uint8Array.from(rgba),
  });
  const a = picture([255, 0, 0, 255, 9, 9, 9, 200, 0, 0, 0, 0]);
  const b = picture([204, 0, 0, 255, 0, 0, 0, 100, 0, 0, 0, 0]);
  expect(comparePictures(a, b).iou).toBe(0.5);
  expect(comparePictures(a, b).difference).toBeCloseTo(0.2 / 3, 9);
  expect(() => comparePictures(a, picture([0, 0, 0, 0]))).toThrow('comparePictures');
});

it('weakens a light until every direction shines', () => {
  const light = new Float32Array(27);
  light.fill(1, 0, 3);
  light.fill(2, 3, 6);
  const possible = possibleLight(light);
  expect([...possible.subarray(0, 3)]).toEqual([1, 1, 1]);
  // radiance 0.282095 + 1.5 c 0.488603 y is 0 at y = -1
  expect(possible[3]).toBeCloseTo(0.282095 / (1.5 * 0.488603), 2);
  expect([...possibleLight(possible)]).toEqual([...possible].map((c) => expect.closeTo(c, 2)));
});
