import { type Fill, minimumDegree } from './fill.ts';

/** Neighbours of each vertex along edges: those of vertex v are list[start[v]] .. list[start[v + 1] - 1]. */
export interface VertexNeighbours {
  start: Uint32Array;
  list: Uint32Array;
}

export function vertexNeighbours(faces: Uint32Array, vertexCount: number): VertexNeighbours {
  const sets = Array.from({ length: vertexCount }, () => new Set<number>());
  for (let f = 0; f < faces.length; f += 3) {
    for (let k = 0; k < 3; k++) {
      sets[faces[f + k]].add(faces[f + ((k + 1) % 3)]);
      sets[faces[f + ((k + 1) % 3)]].add(faces[f + k]);
    }
  }
  const start = new Uint32Array(vertexCount + 1);
  sets.forEach((set, v) => {
    start[v + 1] = start[v] + set.size;
  });
  return { start, list: Uint32Array.from(sets.flatMap((set) => [...set])) };
}

/**
 * Solves (I + stiffness L) x = b for three-vectors per vertex [V, 3], L = degree - adjacency: the smoothing of Nicolet et al.
 * 2021. A bump of one vertex spreads over about sqrt(stiffness) edges. The matrix is factored once, as U D U^T with a unit
 * triangle U in an order of few entries, so that a solution costs two passes over some ten thousand numbers.
 */
export class Smoother {
  private readonly fill: Fill;
  /** the factor's entries below its diagonal of ones, in the order of fill.rows */
  private readonly below: Float64Array;
  /** [V] reciprocals of D */
  private readonly inverse: Float64Array;
  /** [V, 3] in the order of elimination */
  private readonly y: Float64Array;

  constructor(
    private readonly neighbours: VertexNeighbours,
    private readonly stiffness: number,
  ) {
    const count = neighbours.start.length - 1;
    this.fill = minimumDegree(neighbours);
    this.below = new Float64Array(this.fill.rows.length);
    this.inverse = new Float64Array(count);
    this.y = new Float64Array(3 * count);
    this.factor();
  }

  /** out = (I + stiffness L) x */
  apply(x: Float64Array, out: Float64Array): void {
    const { start, list } = this.neighbours;
    for (let v = 0; v + 1 < start.length; v++) {
      const degree = 1 + this.stiffness * (start[v + 1] - start[v]);
      let sx = 0;
      let sy = 0;
      let sz = 0;
      for (let n = start[v]; n < start[v + 1]; n++) {
        const o = 3 * list[n];
        sx += x[o];
        sy += x[o + 1];
        sz += x[o + 2];
      }
      const at = 3 * v;
      out[at] = degree * x[at] - this.stiffness * sx;
      out[at + 1] = degree * x[at + 1] - this.stiffness * sy;
      out[at + 2] = degree * x[at + 2] - this.stiffness * sz;
    }
  }

  /** Writes the solution for b [V, 3] into x [V, 3], which may be the same. */
  solve(b: Float64Array, x: Float64Array): void {
    const { below, inverse, y } = this;
    const { order, start, rows } = this.fill;
    for (let j = 0; j < order.length; j++) {
      const v = 3 * order[j];
      y[3 * j] = b[v];
      y[3 * j + 1] = b[v + 1];
      y[3 * j + 2] = b[v + 2];
    }
    for (let j = 0; j < order.length; j++) {
      const y0 = y[3 * j];
      const y1 = y[3 * j + 1];
      const y2 = y[3 * j + 2];
      for (let k = start[j]; k < start[j + 1]; k++) {
        const i = 3 * rows[k];
        const entry = below[k];
        y[i] -= entry * y0;
        y[i + 1] -= entry * y1;
        y[i + 2] -= entry * y2;
      }
    }
    for (let j = order.length - 1; j >= 0; j--) {
      let x0 = y[3 * j] * inverse[j];
      let x1 = y[3 * j + 1] * inverse[j];
      let x2 = y[3 * j + 2] * inverse[j];
      for (let k = start[j]; k < start[j + 1]; k++) {
        const i = 3 * rows[k];
        const entry = below[k];
        x0 -= entry * y[i];
        x1 -= entry * y[i + 1];
        x2 -= entry * y[i + 2];
      }
      y[3 * j] = x0;
      y[3 * j + 1] = x1;
      y[3 * j + 2] = x2;
      const v = 3 * order[j];
      x[v] = x0;
      x[v + 1] = x1;
      x[v + 2] = x2;
    }
  }

  /** Left-looking: each column takes what the columns before it that reach its row leave of the matrix. */
  private factor(): void {
    const { below, inverse, neighbours, stiffness } = this;
    const { order, start, rows } = this.fill;
    const count = order.length;
    const place = new Uint32Array(count);
    for (let j = 0; j < count; j++) place[order[j]] = j;
    // columns whose next row is j are a chain: head[j], then link[head[j]] ..., -1 at its end; `at` is where that row is
    const head = new Int32Array(count).fill(-1);
    const link = new Int32Array(count);
    const at = start.slice(0, count);
    const column = new Float64Array(count);
    const chain = (k: number) => {
      if (at[k] === start[k + 1]) return;
      link[k] = head[rows[at[k]]];
      head[rows[at[k]]] = k;
    };
    for (let j = 0; j < count; j++) {
      const v = order[j];
      column[j] = 1 + stiffness * (neighbours.start[v + 1] - neighbours.start[v]);
      for (let n = neighbours.start[v]; n < neighbours.start[v + 1]; n++)
        column[place[neighbours.list[n]]] = -stiffness;
      for (let k = head[j], next = -1; k >= 0; k = next) {
        next = link[k];
        const share = below[at[k]] / inverse[k];
        for (let e = at[k]; e < start[k + 1]; e++) column[rows[e]] -= share * below[e];
        at[k]++;
        chain(k);
      }
      inverse[j] = 1 / column[j];
      for (let e = start[j]; e < start[j + 1]; e++) {
        below[e] = column[rows[e]] * inverse[j];
        column[rows[e]] = 0;
      }
      chain(j);
    }
  }
}
