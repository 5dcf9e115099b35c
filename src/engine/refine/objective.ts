import type { Template } from '../../shared/template.ts';
import {
  type Buffers,
  buildTopology,
  clearGradients,
  createBuffers,
  createGradients,
  type Gradients,
  type OrbitCamera,
  orbitCameraMatrix,
  render,
  renderBackward,
  type Scene,
} from '../diffrender/index.ts';
import { cameraBackward, cameraCount } from './camera-parameters.ts';
import { hardIoU, silhouetteLoss } from './picture-losses.ts';
import { schedule } from './schedule.ts';
import { FlatnessLoss, laplacianLoss } from './shape-losses.ts';
import { composeOffsets, type Shape, symmetrise } from './shape-model.ts';
import { type VertexNeighbours, vertexNeighbours } from './smooth.ts';
import { softenMask, type Target } from './target.ts';
import type { LossTerms } from './types.ts';

export type GeometryTerms = Omit<LossTerms, 'colour'>;

/** The point at which the objective is asked. */
export interface Point {
  shape: Shape;
  /** see cameraNames */
  camera: Float64Array;
}

/**
 * The loss of a shape seen by a camera against a target, with gradients. Made once for a template and a largest target;
 * evaluating allocates nothing of the size of the mesh or of the picture.
 */
export class Objective {
  /** [V, 3] of the point last evaluated, in car lengths */
  readonly vertices: Float64Array;
  /** [7] */
  readonly cameraGradient = new Float64Array(cameraCount);
  /** [K] of the prior alone */
  readonly coefficientGradient: Float64Array;
  /** [V, 3] of what moves with the coefficients and with the field alike, symmetric */
  readonly vertexGradient: Float64Array;
  /** [V, 3] of the field alone: its own regularisers */
  readonly fieldGradient: Float64Array;
  readonly neighbours: VertexNeighbours;

  private readonly buffers: Buffers;
  private readonly gradients: Gradients;
  private readonly scene: Scene;
  private readonly maskGradient: Float64Array;
  private readonly soft: Float64Array;
  private readonly flatness: FlatnessLoss;
  private readonly edge: number;
  private readonly contact: Uint32Array;
  private softFor: { target: Target; falloff: number } | null = null;

  constructor(
    private readonly template: Template,
    private readonly start: { camera: Float64Array; coefficients: Float64Array },
    largest: number,
    reference: ArrayLike<number>,
  ) {
    const { vertexCount, faceCount, faces, vertices } = template;
    const topology = buildTopology(faces, vertexCount);
    this.vertices = new Float64Array(3 * vertexCount);
    this.vertexGradient = new Float64Array(3 * vertexCount);
    this.coefficientGradient = new Float64Array(template.coefficientCount);
    this.fieldGradient = new Float64Array(3 * vertexCount);
    this.neighbours = vertexNeighbours(faces, vertexCount);
    this.buffers = createBuffers({ vertexCount, faceCount, pixelCount: largest * largest });
    this.scene = {
      width: 0,
      height: 0,
      camera: new Float64Array(16),
      near: 0.02,
      topology,
      vertices: this.vertices,
      cullBack: true,
      silhouette: null,
      surface: null,
    };
    this.gradients = createGradients(this.scene);
    this.maskGradient = new Float64Array(largest * largest);
    this.soft = new Float64Array(largest * largest);
    this.flatness = new FlatnessLoss(topology, reference);
    this.edge = meanEdge(vertices, this.neighbours);
    this.contact = Uint32Array.from(
      Array.from({ length: vertexCount }, (_, v) => v).filter(
        (v) => vertices[3 * v + 1] < schedule.contactHeight,
      ),
    );
  }

  /** Writes the vertices of a shape. */
  place(shape: Shape): void {
    composeOffsets(this.template, shape, this.vertices);
    const { vertices } = this.template;
    for (let k = 0; k < vertices.length; k++) this.vertices[k] += vertices[k];
  }

  /** How well the hard outline of vertices [V, 3] agrees with the mask. */
  iouOf(vertices: Float64Array, camera: OrbitCamera, target: Target): number {
    render({ ...this.sceneAt(camera, target, null), vertices }, this.buffers);
    return hardIoU(this.buffers.face, target);
  }

  /** Loss and gradients at a point; `iou` is the hard one of the same picture. */
  evaluate(
    point: Point,
    camera: OrbitCamera,
    target: Target,
    sigmainv: number,
  ): { terms: GeometryTerms; total: number; regulariser: number; iou: number } {
    const { weights } = schedule;
    this.place(point.shape);
    const scene = this.sceneAt(camera, target, { sigmainv, nearest: schedule.nearest });
    render(scene, this.buffers);
    this.soften(target, sigmainv);
    const silhouette = silhouetteLoss(this.buffers.mask, this.soft, target, 1, this.maskGradient);
    clearGradients(this.gradients);
    renderBackward(scene, this.buffers, { colour: null, mask: this.maskGradient }, this.gradients);
    const window = { x: 0, y: 0, size: target.size };
    cameraBackward(camera, window, this.gradients.camera, this.cameraGradient);

    this.vertexGradient.set(this.gradients.vertices);
    this.fieldGradient.fill(0);
    const terms: GeometryTerms = {
      silhouette,
      flatness: this.flatness.add(this.vertices, weights.flatness, this.vertexGradient),
      ground: this.ground(weights.ground),
      laplacian: laplacianLoss(
        point.shape.field,
        this.neighbours,
        this.edge,
        weights.laplacian,
        this.fieldGradient,
      ),
      movement: this.movement(point.shape.field, weights.movement),
      prior: this.prior(point.shape.coefficients),
      camera: this.cameraDeparture(point.camera, weights.camera),
    };
    symmetrise(this.template, this.vertexGradient);
    const regulariser =
      weights.flatness * terms.flatness +
      weights.ground * terms.ground +
      weights.laplacian * terms.laplacian +
      weights.movement * terms.movement +
      terms.prior +
      weights.camera * terms.camera;
    return {
      terms,
      regulariser,
      total: silhouette + regulariser,
      iou: hardIoU(this.buffers.face, target),
    };
  }

  private sceneAt(camera: OrbitCamera, target: Target, silhouette: Scene['silhouette']): Scene {
    orbitCameraMatrix(camera, { x: 0, y: 0, size: target.size }, this.scene.camera);
    return { ...this.scene, width: target.size, height: target.size, silhouette };
  }

  private soften(target: Target, sigmainv: number): void {
    const falloff = sigmainv * (2 / target.size) ** 2;
    if (this.softFor?.target === target && this.softFor.falloff === falloff) return;
    softenMask(target, falloff, this.soft);
    this.softFor = { target, falloff };
  }

  /** Wheels on the ground, nothing below it. */
  private ground(weight: number): number {
    const { vertices, vertexGradient: g, contact } = this;
    const share = 1 / Math.max(1, contact.length);
    let sum = 0;
    for (const v of contact) {
      const y = vertices[3 * v + 1];
      sum += y * y;
      g[3 * v + 1] += 2 * weight * share * y;
    }
    for (let k = 1; k < vertices.length; k += 3) {
      const y = vertices[k];
      if (y >= 0) continue;
      sum += y * y;
      g[k] += 2 * weight * share * y;
    }
    return sum * share;
  }

  /** Weighted: usual cars have coefficients of variance 1, and the start's are wrong by `anchorDeviation` or so. */
  private prior(coefficients: Float64Array): number {
    const { prior, anchor } = schedule.weights;
    const share = 1 / Math.max(1, coefficients.length);
    const { start, coefficientGradient: g } = this;
    let sum = 0;
    for (let k = 0; k < coefficients.length; k++) {
      const c = coefficients[k];
      const d = c - start.coefficients[k];
      sum += share * (prior * c * c + anchor * d * d);
      g[k] = 2 * share * (prior * c + anchor * d);
    }
    return sum;
  }

  private movement(field: Float64Array, weight: number): number {
    const share = 3 / field.length;
    let sum = 0;
    for (let k = 0; k < field.length; k++) {
      sum += field[k] * field[k];
      this.fieldGradient[k] += 2 * weight * share * field[k];
    }
    return sum * share;
  }

  private cameraDeparture(camera: Float64Array, weight: number): number {
    let sum = 0;
    for (let k = 0; k < cameraCount; k++) {
      const d = (camera[k] - this.start.camera[k]) / schedule.cameraDeviations[k];
      sum += d * d;
      this.cameraGradient[k] += (2 * weight * d) / schedule.cameraDeviations[k];
    }
    return sum;
  }
}

function meanEdge(vertices: ArrayLike<number>, { start, list }: VertexNeighbours): number {
  let sum = 0;
  for (let v = 0; v + 1 < start.length; v++) {
    for (let n = start[v]; n < start[v + 1]; n++) {
      const o = 3 * list[n];
      sum += Math.hypot(
        vertices[o] - vertices[3 * v],
        vertices[o + 1] - vertices[3 * v + 1],
        vertices[o + 2] - vertices[3 * v + 2],
      );
    }
  }
  return sum / Math.max(1, list.length);
}
