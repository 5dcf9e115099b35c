import type { Template } from '../../shared/template.ts';
import { proportionsLoss } from './proportions.ts';
import { schedule } from './schedule.ts';
import { FlatnessLoss, laplacianLoss } from './shape-losses.ts';
import type { Shape } from './shape-model.ts';
import type { VertexNeighbours } from './smooth.ts';
import { TemplateMesh } from './template-mesh.ts';
import type { LossTerms } from './types.ts';

export type ShapeLosses = Pick<LossTerms, 'laplacian' | 'flatness' | 'movement' | 'prior' | 'ground'>;

/** What a shape costs by itself; of the photos it knows only how little they show of the car's length. */
export class ShapeTerms {
  private readonly neighbours: VertexNeighbours;
  private readonly flatness: FlatnessLoss;
  private readonly edge: number;
  private readonly contact: Uint32Array;

  /**
   * `reference` [V, 3] has the creases that cost nothing; `start` [K] holds the coefficients; `lengthHidden`, 0..1, says how
   * little the photos show of the car's length.
   */
  constructor(
    private readonly template: Template,
    private readonly start: Float64Array,
    reference: ArrayLike<number>,
    private readonly lengthHidden: number,
  ) {
    const { vertexCount, vertices } = template;
    const { topology, neighbours } = TemplateMesh.of(template);
    this.neighbours = neighbours;
    this.flatness = new FlatnessLoss(topology, reference);
    this.edge = meanEdge(vertices, neighbours);
    this.contact = Uint32Array.from(
      Array.from({ length: vertexCount }, (_, v) => v).filter(
        (v) => vertices[3 * v + 1] < schedule.contactHeight,
      ),
    );
  }

  /**
   * The terms and their weighted sum. Adds to `vertexGradient` [V, 3] what moves with coefficients and field alike, to
   * `fieldGradient` [V, 3] what asks the field alone; writes `coefficientGradient` [K], of the prior and the proportions.
   */
  evaluate(
    vertices: Float64Array,
    { coefficients, field }: Shape,
    vertexGradient: Float64Array,
    fieldGradient: Float64Array,
    coefficientGradient: Float64Array,
  ): { terms: ShapeLosses; total: number } {
    const { weights } = schedule;
    const prior = this.prior(coefficients, coefficientGradient);
    const proportions = this.proportions(vertices, coefficientGradient);
    const terms: ShapeLosses = {
      flatness: this.flatness.add(vertices, weights.flatness, vertexGradient),
      ground: this.ground(vertices, weights.ground, vertexGradient),
      laplacian: laplacianLoss(field, this.neighbours, this.edge, weights.laplacian, fieldGradient),
      movement: movement(field, weights.movement, fieldGradient),
      prior: prior + proportions,
    };
    const total =
      weights.flatness * terms.flatness +
      weights.ground * terms.ground +
      weights.laplacian * terms.laplacian +
      weights.movement * terms.movement +
      terms.prior;
    return { terms, total };
  }

  /** Wheels on the ground, nothing below it. */
  private ground(vertices: Float64Array, weight: number, g: Float64Array): number {
    const { contact } = this;
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

  /**
   * Weighted; adds to what `prior` has written of the coefficients' gradient. The field changes the loss too but is not asked: it would give way at the
   * outermost vertices alone.
   */
  private proportions(vertices: Float64Array, g: Float64Array): number {
    const weight = schedule.weights.proportions * this.lengthHidden;
    if (weight === 0) return 0;
    const { loss, gradients } = proportionsLoss(vertices);
    const { basis } = this.template;
    for (let k = 0; k < g.length; k++) {
      const at = k * vertices.length;
      for (const { coordinate, gradient } of gradients) g[k] += weight * gradient * basis[at + coordinate];
    }
    return weight * loss;
  }

  /** Weighted: usual cars have coefficients of variance 1, and the start's are wrong by less. */
  private prior(coefficients: Float64Array, g: Float64Array): number {
    const { prior, anchor } = schedule.weights;
    const share = 1 / Math.max(1, coefficients.length);
    let sum = 0;
    for (let k = 0; k < coefficients.length; k++) {
      const c = coefficients[k];
      const d = c - this.start[k];
      sum += share * (prior * c * c + anchor * d * d);
      g[k] = 2 * share * (prior * c + anchor * d);
    }
    return sum;
  }
}

function movement(field: Float64Array, weight: number, gradient: Float64Array): number {
  const share = 3 / field.length;
  let sum = 0;
  for (let k = 0; k < field.length; k++) {
    sum += field[k] * field[k];
    gradient[k] += 2 * weight * share * field[k];
  }
  return sum * share;
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
