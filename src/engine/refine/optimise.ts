import type { Template } from '../../shared/template.ts';
import type { OrbitCamera } from '../diffrender/index.ts';
import { Adam, UniformAdam } from './adam.ts';
import { cameraOf } from './camera-parameters.ts';
import type { GeometryTerms, Objective, Point } from './objective.ts';
import { type Freedom, schedule } from './schedule.ts';
import { coefficientGradient, type Shape } from './shape-model.ts';
import { Smoother } from './smooth.ts';
import type { Target } from './target.ts';

export function copyPoint(point: Point): Point {
  return {
    camera: point.camera.slice(),
    shape: {
      coefficients: point.shape.coefficients.slice(),
      rest: point.shape.rest,
      field: point.shape.field.slice(),
    },
  };
}

/** The best point of a descent. */
export interface Found {
  point: Point;
  /** null before the first step */
  terms: GeometryTerms | null;
  regulariser: number;
  /** 1 - hard IoU + regularisers */
  score: number;
}

/**
 * Gradient descent on one point within a stage's freedom; `point` is moved in place and `best` is the point with the least
 * score so far.
 */
export class Descent {
  best: Found;
  private readonly camera: Adam;
  private readonly coefficients: Adam;
  private readonly coefficientGradient: Float64Array;
  private readonly field: FieldDescent | null;

  constructor(
    private readonly objective: Objective,
    private readonly template: Template,
    private readonly point: Point,
    private readonly target: Target,
    private readonly freedom: Freedom,
    private readonly centre: OrbitCamera['target'],
  ) {
    const { shape } = point;
    this.best = { point: copyPoint(point), terms: null, regulariser: 0, score: Infinity };
    this.camera = new Adam(point.camera, Float64Array.from(schedule.cameraRates));
    this.coefficients = new Adam(
      shape.coefficients,
      new Float64Array(shape.coefficients.length).fill(schedule.coefficientRate),
    );
    this.coefficientGradient = new Float64Array(shape.coefficients.length);
    this.field = freedom.field ? new FieldDescent(objective, shape) : null;
  }

  /** Evaluates the point, keeps it if it is the best, and moves it on. `rate` scales all steps. */
  step(sigmainv: number, rate: number): void {
    const { point, objective } = this;
    const found = objective.evaluate(point, cameraOf(point.camera, this.centre), this.target, sigmainv);
    const score = 1 - found.iou + found.regulariser;
    if (score < this.best.score)
      this.best = { point: copyPoint(point), terms: found.terms, regulariser: found.regulariser, score };
    this.camera.step(objective.cameraGradient, rate);
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
  private readonly smoother: Smoother;
  private readonly adam: UniformAdam;
  private readonly coordinates: Float64Array;
  private readonly gradient: Float64Array;
  private readonly smoothed: Float64Array;

  constructor(
    private readonly objective: Objective,
    private readonly shape: Shape,
  ) {
    const size = shape.field.length;
    this.smoother = new Smoother(objective.neighbours, schedule.stiffness);
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
