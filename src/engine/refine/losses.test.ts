import { describe, expect, it } from 'vitest';
import { buildTopology } from '../diffrender/index.ts';
import { icosphere, randomSource } from '../diffrender/test-scenes.ts';
import { orbitOf } from '../render/camera.ts';
import { carLikeTemplate } from '../render/test-car.ts';
import { cameraCount, cameraParameters } from './camera-parameters.ts';
import { Objective, type Point } from './objective.ts';
import { hardIoU, silhouetteLoss } from './picture-losses.ts';
import { FlatnessLoss, innerEdges, laplacianLoss } from './shape-losses.ts';
import { coefficientGradient, composeOffsets, shapeOf } from './shape-model.ts';
import { ShapeTerms } from './shape-terms.ts';
import { vertexNeighbours } from './smooth.ts';
import { cropMask, Target } from './target.ts';
import { knownPhotos } from './test-photo.ts';

/** Largest difference between a gradient and central differences, relative to the gradient's size. */
function gradientError(values: Float64Array, gradient: Float64Array, loss: () => number, every = 1): number {
  const h = 1e-6;
  const scale = Math.sqrt(gradient.reduce((sum, g) => sum + g * g, 0) / gradient.length);
  expect(scale).toBeGreaterThan(0);
  let worst = 0;
  for (let k = 0; k < values.length; k += every) {
    const kept = values[k];
    values[k] = kept + h;
    const above = loss();
    values[k] = kept - h;
    const below = loss();
    values[k] = kept;
    worst = Math.max(worst, Math.abs((above - below) / (2 * h) - gradient[k]) / scale);
  }
  return worst;
}

const random = randomSource(5);
const ball = icosphere(2);
const count = ball.vertices.length / 3;
const noise = () => Float64Array.from({ length: 3 * count }, () => 0.2 * (random() - 0.5));

describe('shape losses', () => {
  it('laplacian: gradient, nothing for a shift, something for a spike', () => {
    const neighbours = vertexNeighbours(ball.faces, count);
    const field = noise();
    const gradient = new Float64Array(3 * count);
    laplacianLoss(field, neighbours, 0.3, 2, gradient);
    const spare = new Float64Array(3 * count);
    const loss = () => 2 * laplacianLoss(field, neighbours, 0.3, 2, spare);
    expect(gradientError(field, gradient, loss)).toBeLessThan(1e-5);
    expect(laplacianLoss(new Float64Array(3 * count).fill(0.4), neighbours, 0.3, 1, spare)).toBeCloseTo(
      0,
      20,
    );
    const spike = new Float64Array(3 * count);
    spike[30] = 0.3;
    // the vertex itself misses 1 edge length, each of its 5 or 6 neighbours a fifth or sixth
    expect(laplacianLoss(spike, neighbours, 0.3, 1, spare) * count).toBeCloseTo(1 + 1 / 6, 1);
  });

  it('flatness: gradient, nothing for the reference and for rounder shapes', () => {
    const topology = buildTopology(ball.faces, count);
    const flatness = new FlatnessLoss(topology, ball.vertices);
    // of a closed mesh every edge lies between two faces: two faces for each of 3 F / 2 edges
    expect(innerEdges(topology).length).toBe(ball.faces.length);
    const spare = new Float64Array(3 * count);
    expect(flatness.add(ball.vertices, 1, spare)).toBeCloseTo(0, 12);
    const vertices = ball.vertices.map((x, k) => x + noise()[k]);
    const gradient = new Float64Array(3 * count);
    const value = flatness.add(vertices, 3, gradient);
    expect(value).toBeGreaterThan(0.001);
    expect(gradientError(vertices, gradient, () => 3 * flatness.add(vertices, 3, spare))).toBeLessThan(1e-4);
  });
});

describe('shape terms', () => {
  it('asks coefficients for real proportions where the length is hidden, and only there', () => {
    const template = carLikeTemplate(1);
    const shape = shapeOf(template, new Float32Array(template.vertices.length));
    const start = shape.coefficients.slice();
    shape.coefficients.forEach((_, k) => {
      shape.coefficients[k] = Math.sin(k + 1);
    });
    const gradient = new Float64Array(template.coefficientCount);
    const spare = () => new Float64Array(template.vertices.length);
    const priorOf = (hidden: number) => {
      const vertices = composeOffsets(template, shape).map((x, k) => x + template.vertices[k]);
      const terms = new ShapeTerms(template, start, template.vertices, hidden);
      return terms.evaluate(vertices, shape, spare(), spare(), gradient).terms.prior;
    };
    const seen = priorOf(0);
    const hidden = priorOf(1);
    expect(hidden).toBeGreaterThan(seen);
    expect(priorOf(0.5) - seen).toBeCloseTo((hidden - seen) / 2, 12);
    priorOf(1);
    expect(gradientError(shape.coefficients, gradient.slice(), () => priorOf(1))).toBeLessThan(1e-5);
  });
});

describe('picture losses', () => {
  const target = new Target(2, Float32Array.of(1, 1, 0, 0), Uint8Array.of(1, 1, 1, 0));

  it('silhouette: DIB-R for hard targets, least at equality for soft ones, blind outside the photo', () => {
    const gradient = new Float64Array(4);
    const drawn = Float64Array.of(1, 0.5, 0.25, 1);
    const loss = (m: Float64Array) => silhouetteLoss(drawn, m, target, gradient);
    expect(loss(Float64Array.from(target.mask))).toBeCloseTo(1 - 1.5 / 2.25, 12);
    expect(gradient[3]).toBe(0);
    expect(loss(drawn.slice())).toBeCloseTo(0, 12);
    expect(Array.from(gradient)).toEqual([0, 0, 0, 0]);
    loss(Float64Array.of(1, 1, 0.1, 0));
    const free = drawn.slice(0, 3);
    const value = () => {
      drawn.set(free);
      return silhouetteLoss(drawn, Float64Array.of(1, 1, 0.1, 0), target, new Float64Array(4));
    };
    // the first pixel is equal to its target: a kink
    expect(gradientError(free.subarray(1, 3), gradient.subarray(1, 3), value)).toBeLessThan(1e-5);
  });

  it('hard IoU counts what lies in the photo', () => {
    expect(hardIoU(Int32Array.of(3, -1, 4, 5), target)).toBeCloseTo(1 / 3, 12);
  });
});

describe('objective', () => {
  it('has the gradient of all its terms for camera, coefficients and field', () => {
    const template = carLikeTemplate(1);
    const { input, view } = knownPhotos(template, 9, 9);
    const { size, mask, valid } = cropMask(view.photo, view.mask, view.crop, 64);
    const target = new Target(size, mask, valid);
    const camera = orbitOf(view.viewpoint, input.lengthMetres);
    const shape = shapeOf(template, input.offsets);
    const start = { cameras: [cameraParameters(camera)], coefficients: shape.coefficients.slice() };
    const objective = new Objective(template, start, 64, template.vertices);
    shape.coefficients.forEach((_, k) => {
      shape.coefficients[k] += 0.3 * Math.sin(k + 1);
    });
    for (let v = 0; v < template.vertexCount; v++)
      for (let k = 1; k < 3; k++) shape.field[3 * v + k] = 0.02 * Math.sin(7 * template.vertices[3 * v + k]);
    const point: Point = { cameras: [start.cameras[0].map((x, k) => x + 0.01 * (k + 1))], shape };
    const total = () => objective.evaluate(point, camera.target, [target], 150).total;
    total();
    const cameraGradient = objective.cameraGradients[0].slice();
    const coefficients = new Float64Array(template.coefficientCount);
    coefficientGradient(template, objective.vertexGradient, coefficients);
    for (let k = 0; k < coefficients.length; k++) coefficients[k] += objective.coefficientGradient[k];
    const field = objective.vertexGradient.map((g, k) => g + objective.fieldGradient[k]);
    expect(cameraGradient.length).toBe(cameraCount);
    expect(gradientError(point.cameras[0], cameraGradient, total)).toBeLessThan(5e-3);
    expect(gradientError(shape.coefficients, coefficients, total)).toBeLessThan(5e-3);
    // moved with its mirror image, as the refinement does: the gradient of both together is twice that of one
    let worst = 0;
    for (let v = 0; v < template.vertexCount; v += 3) {
      const o = template.mirror[v];
      if (o === v) continue;
      for (const k of [1, 2]) {
        const h = 1e-6;
        const both = (step: number) => {
          shape.field[3 * v + k] += step;
          shape.field[3 * o + k] += step;
        };
        both(h);
        const above = total();
        both(-2 * h);
        const below = total();
        both(h);
        const expected = field[3 * v + k] + field[3 * o + k];
        worst = Math.max(worst, Math.abs((above - below) / (2 * h) - expected));
      }
    }
    const scale = Math.sqrt(field.reduce((sum, g) => sum + g * g, 0) / field.length);
    expect(worst / scale).toBeLessThan(2e-2);
  });
});
