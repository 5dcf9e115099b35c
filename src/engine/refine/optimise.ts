import type { Template } from '../../shared/template.ts';
import type { OrbitCamera } from '../diffrender/index.ts';
import { Adam, UniformAdam } from './adam.ts';
import { clampCamera } from './camera-parameters.ts';
import type { Objective, Point, Value } from './objective.ts';
import { type Freedom, schedule } from './schedule.ts';
import { coefficientGradient, type Shape } from './shape-model.ts';
import type { Smoother } from './smooth.ts';
import type { Target } from './target.ts';
import { TemplateMesh } from './template-mesh.ts';

export function copyPoint({ shape, cameras }: Point): Point {
  return {
    cameras: cameras.map((camera) => camera.slice()),
    shape: { coefficients: shape.coefficients.slice(), rest: shape.rest, field: shape.field.slice() },
  };
}

/** The best point of a descent; without a value before the first step. */
export interface Found {
  point: Point;
  value: Value | null;
}

/**
 * Gradient descent on one point within a stage's freedom; `point` is moved in place and `best` is the point with the least
 * score so far.
 */
export class Descent {
  best: Found;
  private readonly cameras: Adam[];
  private readonly coefficients: Adam;
  private readonly coefficientGradient: Float64Array;
  private readonly field: FieldDescent | null;

  constructor(
    private readonly objective: Objective,
    private readonly template: Template,
    private readonly point: Point,
    private readonly targets: readonly Target[],
    private readonly freedom: Freedom,
    private readonly centre: OrbitCamera['target'],
  ) {
    const { shape, cameras } = point;
    this.best = { point: copyPoint(point), value: null };
    this.cameras = cameras.map((camera) => new Adam(camera, Float64Array.from(schedule.cameraRates)));
    this.coefficients = new Adam(
      shape.coefficients,
      new Float64Array(shape.coefficients.length).fill(schedule.coefficientRate),
    );
    this.coefficientGradient = new Float64Array(shape.coefficients.length);
    this.field = freedom.field
      ? new FieldDescent(objective, shape, TemplateMesh.of(template).smoother)
      : null;
  }

  /** Evaluates the point, keeps it if it is the best, and moves it on. `rate` scales all steps. */
  step(sigmainv: number, rate: number): void {
    const { point, objective, best } = this;
    const value = objective.evaluate(point, this.centre, this.targets, sigmainv);
    if (!best.value || value.score < best.value.score) this.best = { point: copyPoint(point), value };
    this.cameras.forEach((adam, view) => {
      adam.step(objective.cameraGradients[view], rate);
      clampCamera(point.cameras[view]);
    });
    if (this.freedom.coefficients) {
      const g = this.coefficientGradient;
      coefficientGradient(this.template, objective.vertexGradient, g);
      for (let k = 0; k < g.length; k++) g[k] += objective.coefficientGradient[k];
      this.coefficients.step(g, rate);
    }
    this.field?.step(rate);
  }
}

/** Steps of the free field in smoothed coordinates u = (I + stiffness L) field, after Nicolet et al. 2021. */
class FieldDescent {
  private readonly adam: UniformAdam;
  private readonly coordinates: Float64Array;
  private readonly gradient: Float64Array;
  private readonly smoothed: Float64Array;

  constructor(
    private readonly objective: Objective,
    private readonly shape: Shape,
    private readonly smoother: Smoother,
  ) {
    const size = shape.field.length;
    this.coordinates = new Float64Array(size);
    this.gradient = new Float64Array(size);
    this.smoothed = new Float64Array(size);
    this.smoother.apply(shape.field, this.coordinates);
    this.adam = new UniformAdam(this.coordinates, schedule.fieldRate);
  }

  step(rate: number): void {
    const { vertexGradient, fieldGradient } = this.objective;
    for (let k = 0; k < this.gradient.length; k++) this.gradient[k] = vertexGradient[k] + fieldGradient[k];
    this.smoother.solve(this.gradient, this.smoothed);
    this.adam.step(this.smoothed, rate);
    this.smoother.solve(this.coordinates, this.shape.field);
  }
}
