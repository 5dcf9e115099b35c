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
 * Solves (I + stiffness L) x = b for three-vectors per vertex [V, 3], L = degree - adjacency, by conjugate gradients from
 * the x given until the residual is `tolerance` of b: the smoothing of Nicolet et al. 2021. A bump of one vertex spreads
 * over about sqrt(stiffness) edges.
 */
export class Smoother {
  private readonly residual: Float64Array;
  private readonly direction: Float64Array;
  private readonly image: Float64Array;

  constructor(
    private readonly neighbours: VertexNeighbours,
    private readonly stiffness: number,
    private readonly tolerance = 1e-3,
  ) {
    const count = 3 * (neighbours.start.length - 1);
    this.residual = new Float64Array(count);
    this.direction = new Float64Array(count);
    this.image = new Float64Array(count);
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

  solve(b: Float64Array, x: Float64Array): void {
    const { residual: r, direction: d, image } = this;
    this.apply(x, image);
    let rr = 0;
    let bb = 0;
    for (let k = 0; k < b.length; k++) {
      r[k] = b[k] - image[k];
      d[k] = r[k];
      rr += r[k] * r[k];
      bb += b[k] * b[k];
    }
    const goal = this.tolerance * this.tolerance * bb;
    for (let i = 0; i < 100 && rr > goal; i++) {
      this.apply(d, image);
      let curvature = 0;
      for (let k = 0; k < b.length; k++) curvature += d[k] * image[k];
      const step = rr / curvature;
      let next = 0;
      for (let k = 0; k < b.length; k++) {
        x[k] += step * d[k];
        r[k] -= step * image[k];
        next += r[k] * r[k];
      }
      const turn = next / rr;
      for (let k = 0; k < b.length; k++) d[k] = r[k] + turn * d[k];
      rr = next;
    }
  }
}
