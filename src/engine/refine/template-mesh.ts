import type { Template } from '../../shared/template.ts';
import { buildTopology, type Topology } from '../diffrender/index.ts';
import { schedule } from './schedule.ts';
import { Smoother, type VertexNeighbours, vertexNeighbours } from './smooth.ts';

const known = new WeakMap<Template, TemplateMesh>();

/** What refinements make of a template alone, made once for each template in a thread. */
export class TemplateMesh {
  readonly topology: Topology;
  readonly neighbours: VertexNeighbours;
  #smoother: Smoother | undefined;
  #products: Float64Array | undefined;

  private constructor(private readonly template: Template) {
    this.topology = buildTopology(template.faces, template.vertexCount);
    this.neighbours = vertexNeighbours(template.faces, template.vertexCount);
  }

  static of(template: Template): TemplateMesh {
    const mesh = known.get(template) ?? new TemplateMesh(template);
    known.set(template, mesh);
    return mesh;
  }

  /** Smooths steps of the free field. Made when first needed, which is late in a refinement. */
  get smoother(): Smoother {
    this.#smoother ??= new Smoother(this.neighbours, schedule.stiffness);
    return this.#smoother;
  }

  /** [K, K] scalar products of the basis shapes. */
  get basisProducts(): Float64Array {
    this.#products ??= products(this.template);
    return this.#products;
  }
}

function products({ basis, coefficientCount: count, vertices }: Template): Float64Array {
  const size = vertices.length;
  const matrix = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = 0;
      for (let v = 0; v < size; v++) sum += basis[i * size + v] * basis[j * size + v];
      matrix[i * count + j] = sum;
      matrix[j * count + i] = sum;
    }
  }
  return matrix;
}
