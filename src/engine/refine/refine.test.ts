import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Template } from '../../shared/template.ts';
import { azimuthDifference, type Viewpoint } from '../../shared/viewpoint.ts';
import { loadTemplate } from '../models/template.ts';
import { boxCentre } from '../render/camera.ts';
import { drawCar } from '../render/draw.ts';
import { maskIoU } from '../render/mask-iou.ts';
import { carLikeTemplate } from '../render/test-car.ts';
import { refine } from './refine.ts';
import { stages } from './schedule.ts';
import { knownPhoto } from './test-photo.ts';
import type { RefineInput, RefineOutcome, RefineUpdate } from './types.ts';

const template = carLikeTemplate();

function turnError(viewpoint: Viewpoint, truth: Viewpoint): number {
  return Math.abs(azimuthDifference(viewpoint.azimuthDeg, truth.azimuthDeg));
}

/** Faces whose normal lies more than 90 degrees from where the mean car has it. */
function foldedFaces(t: Template, offsets: Float32Array): number {
  const normal = (f: number, share: number) => {
    const p = [0, 1, 2].map((k) =>
      [0, 1, 2].map(
        (i) => t.vertices[3 * t.faces[3 * f + k] + i] + share * offsets[3 * t.faces[3 * f + k] + i],
      ),
    );
    const [u, v] = [1, 2].map((k) => p[k].map((x, i) => x - p[0][i]));
    return [u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]];
  };
  let folded = 0;
  for (let f = 0; f < t.faceCount; f++) {
    const [a, b] = [normal(f, 0), normal(f, 1)];
    if (a[0] * b[0] + a[1] * b[1] + a[2] * b[2] < 0) folded++;
  }
  return folded;
}

/** What must hold of every outcome. */
function expectCar(input: RefineInput, outcome: RefineOutcome): void {
  const { template: t, lengthMetres } = input;
  const shape = t.vertices.map((x, k) => x + outcome.offsets[k]);
  const axis = (k: number) => shape.filter((_, i) => i % 3 === k);
  const [ys, zs] = [axis(1), axis(2)];
  expect(Math.min(...ys)).toBeGreaterThanOrEqual(-1e-6);
  expect(Math.min(...ys)).toBeLessThan(1e-3);
  expect(Math.max(...zs)).toBeCloseTo(0.5, 5);
  expect(Math.min(...zs)).toBeCloseTo(-0.5, 5);
  for (let v = 0; v < t.vertexCount; v++) {
    const o = t.mirror[v];
    expect(shape[3 * o]).toBeCloseTo(-shape[3 * v], 5);
    expect(shape[3 * o + 1]).toBeCloseTo(shape[3 * v + 1], 5);
    expect(shape[3 * o + 2]).toBeCloseTo(shape[3 * v + 2], 5);
  }
  const centre = boxCentre(shape);
  outcome.viewpoint.target.forEach((x, k) => {
    expect(x).toBeCloseTo(centre[k] * lengthMetres, 4);
  });
  expect(outcome.light.length).toBe(27);
  expect(outcome.light.every(Number.isFinite)).toBe(true);
}

describe('refine on a stand-in car', () => {
  it('finds outline and viewpoint again from a start that is 15 degrees off', async () => {
    for (const [seed, turn] of [
      [1, 15],
      [2, -15],
    ]) {
      const { input, trueViewpoint } = knownPhoto(template, seed, turn);
      const outcome = await refine(input, { iterations: 150 });
      expect(outcome.maskIoUBefore).toBeLessThan(0.9);
      expect(outcome.maskIoUAfter).toBeGreaterThan(0.97);
      expect(turnError(outcome.viewpoint, trueViewpoint)).toBeLessThan(8);
      expect(outcome.stopped).toBe(false);
      expectCar(input, outcome);
    }
  });

  it("reports the IoU that the photo's own picture of the car has", async () => {
    const { input } = knownPhoto(template, 3, 10);
    const outcome = await refine(input, { iterations: 20 });
    const { width, height } = input.photo;
    const picture = drawCar({ ...input, ...outcome }, outcome.viewpoint, input.crop, width, height, {
      light: 'none',
    });
    expect(maskIoU(picture, input.mask)).toBeCloseTo(outcome.maskIoUAfter, 2);
  });

  it('reports progress that only gets better, and ends with what it last reported', async () => {
    const { input } = knownPhoto(template, 4, 12);
    const updates: RefineUpdate[] = [];
    const outcome = await refine(input, { iterations: 60, onProgress: (u) => updates.push(u) });
    expect(updates.length).toBeGreaterThan(1);
    for (let k = 1; k < updates.length; k++) {
      expect(updates[k].loss).toBeLessThanOrEqual(updates[k - 1].loss);
      expect(updates[k].iteration).toBeGreaterThanOrEqual(updates[k - 1].iteration);
    }
    const last = updates[updates.length - 1];
    expect(last.iteration).toBe(60);
    expect(last.offsets).toEqual(outcome.offsets);
    expect(last.viewpoint).toEqual(outcome.viewpoint);
  });

  it('asks only for what the photo shows of a car that its border cuts', async () => {
    const { input } = knownPhoto(template, 5, 8);
    const { width, height, rgb } = input.photo;
    const cut = 200;
    const columns = <T extends Uint8Array>(data: T, bytes: number) =>
      Uint8Array.from({ length: cut * height * bytes }, (_, k) => {
        const p = Math.floor(k / bytes);
        return data[(Math.floor(p / cut) * width + (p % cut)) * bytes + (k % bytes)];
      });
    const part = {
      ...input,
      photo: { width: cut, height, rgb: columns(rgb, 3) },
      mask: columns(input.mask, 1),
    };
    const outcome = await refine(part, { iterations: 100 });
    expect(outcome.maskIoUAfter).toBeGreaterThan(0.96);
    expectCar(part, outcome);
  });

  it('is told nothing by a perfect start and keeps it', async () => {
    const { input, trueOffsets, trueViewpoint } = knownPhoto(template, 6, 0);
    const outcome = await refine(
      { ...input, offsets: trueOffsets, viewpoint: trueViewpoint },
      { iterations: 40 },
    );
    expect(outcome.maskIoUBefore).toBeGreaterThan(0.98);
    expect(outcome.maskIoUAfter).toBeGreaterThan(0.975);
    expect(turnError(outcome.viewpoint, trueViewpoint)).toBeLessThan(4);
  });

  it('fits the light of a car whose texture it knows', async () => {
    const { input, trueOffsets, trueViewpoint } = knownPhoto(template, 7, 0);
    const dim = input.light.map((c) => 0.6 * c);
    const outcome = await refine(
      { ...input, offsets: trueOffsets, viewpoint: trueViewpoint, light: dim },
      { iterations: 10 },
    );
    // 0.6 of the light darkens the car by 0.11 (sRGB-encoded); one side of it leaves the harmonics a little open
    expect(outcome.losses.colour).toBeLessThan(0.01);
    for (let k = 0; k < 3; k++) expect(outcome.light[k] / input.light[k]).toBeGreaterThan(0.75);
  });

  it('is told apart by its stages: shares sum to one, from coarse to fine', () => {
    expect(stages.reduce((sum, s) => sum + s.share, 0)).toBeCloseTo(1, 12);
    for (let k = 1; k < stages.length; k++)
      expect(stages[k].resolution).toBeGreaterThanOrEqual(stages[k - 1].resolution);
  });
});

describe('refine with bad input', () => {
  const { input } = knownPhoto(template, 8, 10);
  const refused = (change: Partial<RefineInput>, iterations = 5) =>
    refine({ ...input, ...change }, { iterations });

  it('names an empty and a full mask', async () => {
    await expect(refused({ mask: new Uint8Array(input.mask.length) })).rejects.toMatchObject({
      code: 'no-car',
      message: 'The mask shows no car.',
    });
    await expect(refused({ mask: new Uint8Array(input.mask.length).fill(255) })).rejects.toMatchObject({
      code: 'no-car',
      message: expect.stringContaining('covers the whole photo'),
    });
  });

  it('names a mask of another size, a viewpoint inside the car, and numbers that are none', async () => {
    await expect(refused({ mask: new Uint8Array(9) })).rejects.toMatchObject({ code: 'mask-size' });
    await expect(refused({ viewpoint: { ...input.viewpoint, distance: 0.1 } })).rejects.toMatchObject({
      code: 'invalid-parameters',
      message: 'The viewpoint lies inside the car.',
    });
    const nan = new Float32Array(input.offsets.length).fill(Number.NaN);
    await expect(refused({ offsets: nan })).rejects.toMatchObject({ code: 'invalid-parameters' });
    await expect(refused({ light: new Float32Array(3) })).rejects.toMatchObject({
      code: 'invalid-parameters',
    });
    await expect(
      refused({ viewpoint: { ...input.viewpoint, azimuthDeg: Number.NaN } }),
    ).rejects.toMatchObject({ code: 'invalid-parameters' });
    await expect(refused({}, 0)).rejects.toMatchObject({ code: 'invalid-parameters' });
    await expect(refused({ photo: { ...input.photo, rgb: new Uint8Array(4) } })).rejects.toMatchObject({
      code: 'invalid-parameters',
    });
  });

  it('takes a photo of 16 x 16 and a mask of many pieces', async () => {
    const tiny = { width: 16, height: 16, rgb: new Uint8Array(768).fill(90) };
    const mask = Uint8Array.from({ length: 256 }, (_, p) =>
      p % 16 > 2 && p % 16 < 13 && p > 80 && p < 180 ? 255 : 0,
    );
    const crop = { x: 0, y: 2, size: 13 };
    const small = { ...input, photo: tiny, mask, crop };
    const outcome = await refine(small, { iterations: 20 });
    expect(outcome.maskIoUAfter).toBeGreaterThan(0.6);
    const pieces = input.mask.map((m, p) => (Math.floor(p / 7) % 3 === 0 ? 0 : m));
    const scattered = await refused({ mask: pieces }, 20);
    expect(scattered.maskIoUAfter).toBeGreaterThan(0.5);
    expectCar(input, scattered);
  });

  it('throws when it was cancelled before it began, and gives the best so far afterwards', async () => {
    await expect(refine(input, { iterations: 5, signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    });
    const controller = new AbortController();
    const outcome = await refine(input, {
      iterations: 2000,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(outcome.stopped).toBe(true);
    expect(outcome.maskIoUAfter).toBeGreaterThan(outcome.maskIoUBefore);
    expectCar(input, outcome);
  });
});

describe('refine on the template of models/', () => {
  let real: Template;
  beforeAll(async () => {
    real = await loadTemplate(
      fileURLToPath(new URL('../../../models/template.safetensors', import.meta.url)),
    );
  });

  it('finds a random car again: outline, azimuth, and no fold that the car does not have', async () => {
    const { input, trueOffsets, trueViewpoint } = knownPhoto(real, 21, 14);
    const start = performance.now();
    const outcome = await refine(input, { iterations: 150 });
    expect(performance.now() - start).toBeLessThan(30_000);
    expect(outcome.maskIoUAfter).toBeGreaterThan(0.97);
    expect(turnError(outcome.viewpoint, trueViewpoint)).toBeLessThan(5);
    expect(foldedFaces(real, outcome.offsets)).toBeLessThanOrEqual(foldedFaces(real, trueOffsets) + 25);
    expectCar(input, outcome);
  });
});
