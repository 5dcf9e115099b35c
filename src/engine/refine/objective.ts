import type { Template } from '../../shared/template.ts';
import type { OrbitCamera } from '../diffrender/index.ts';
import { cameraCount, cameraOf } from './camera-parameters.ts';
import { cameraDeparture, camerasApart, lengthHidden } from './camera-terms.ts';
import { OutlineFit } from './outline-fit.ts';
import { schedule } from './schedule.ts';
import { composeOffsets, type Shape, symmetrise } from './shape-model.ts';
import { ShapeTerms } from './shape-terms.ts';
import type { Target } from './target.ts';
import type { LossTerms } from './types.ts';

export type GeometryTerms = Omit<LossTerms, 'colour'>;

/** The point at which the objective is asked: one shape, and the camera of each view (see cameraNames). */
export interface Point {
  shape: Shape;
  cameras: Float64Array[];
}

export interface Value {
  terms: GeometryTerms;
  /** silhouettes and regularisers, weighted, summed over the views */
  total: number;
  regulariser: number;
  /** hard intersection over union with the mask, mean over the views */
  iou: number;
  /** 1 - hard intersection over union, summed over the views, and the regularisers: what decides between points */
  score: number;
}

/**
 * The loss of a shape seen by one camera or more against their targets, with gradients. Made once for a template and a
 * largest target; evaluating allocates nothing of the size of the mesh or of the picture.
 */
export class Objective {
  readonly outline: OutlineFit;
  /** [V, 3] of the point last evaluated, in car lengths */
  readonly vertices: Float64Array;
  /** per view [7] */
  readonly cameraGradients: Float64Array[];
  /** [K] of what asks the coefficients alone: prior and proportions */
  readonly coefficientGradient: Float64Array;
  /** [V, 3] of what moves with the coefficients and with the field alike, symmetric */
  readonly vertexGradient: Float64Array;
  /** [V, 3] of the field alone: its own regularisers */
  readonly fieldGradient: Float64Array;
  private readonly shapeTerms: ShapeTerms;

  constructor(
    private readonly template: Template,
    private readonly start: { cameras: Float64Array[]; coefficients: Float64Array },
    largest: number,
    reference: ArrayLike<number>,
  ) {
    const size = template.vertices.length;
    this.outline = new OutlineFit(template, largest);
    this.shapeTerms = new ShapeTerms(template, start.coefficients, reference, lengthHidden(start.cameras));
    this.vertices = new Float64Array(size);
    this.vertexGradient = new Float64Array(size);
    this.fieldGradient = new Float64Array(size);
    this.coefficientGradient = new Float64Array(template.coefficientCount);
    this.cameraGradients = start.cameras.map(() => new Float64Array(cameraCount));
  }

  /** Writes the vertices of a shape. */
  place(shape: Shape): void {
    composeOffsets(this.template, shape, this.vertices);
    const { vertices } = this.template;
    for (let k = 0; k < vertices.length; k++) this.vertices[k] += vertices[k];
  }

  /** Loss and gradients at a point; `centre` is what all cameras look at. */
  evaluate(
    { shape, cameras }: Point,
    centre: OrbitCamera['target'],
    targets: readonly Target[],
    sigmainv: number,
  ): Value {
    const { weights } = schedule;
    this.place(shape);
    this.vertexGradient.fill(0);
    this.fieldGradient.fill(0);
    let [silhouette, iou, camera] = [0, 0, 0];
    cameras.forEach((parameters, view) => {
      const gradient = this.cameraGradients[view];
      const fit = this.outline.evaluate(
        this.vertices,
        cameraOf(parameters, centre),
        targets[view],
        sigmainv,
        this.vertexGradient,
        gradient,
      );
      silhouette += fit.silhouette;
      iou += fit.iou;
      camera += cameraDeparture(parameters, this.start.cameras[view], weights.camera, gradient);
    });
    camera += camerasApart(cameras, weights.camera, this.cameraGradients);
    const own = this.shapeTerms.evaluate(
      this.vertices,
      shape,
      this.vertexGradient,
      this.fieldGradient,
      this.coefficientGradient,
    );
    symmetrise(this.template, this.vertexGradient);
    const count = cameras.length;
    const regulariser = own.total + weights.camera * camera;
    return {
      terms: { ...own.terms, silhouette: silhouette / count, camera: camera / count },
      regulariser,
      total: silhouette + regulariser,
      iou: iou / count,
      score: count - iou + regulariser,
    };
  }
}
