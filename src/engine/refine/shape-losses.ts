import type { Topology } from '../diffrender/index.ts';
import type { VertexNeighbours } from './smooth.ts';

/**
 * Laplacian loss of a displacement field [V, 3]: mean square of (mean of the neighbours - own), in units of `unit` (an edge
 * length), so that it measures bending and lets the field move and tilt freely. Adds weight x gradient.
 */
export function laplacianLoss(
  field: Float64Array,
  neighbours: VertexNeighbours,
  unit: number,
  weight: number,
  gradient: Float64Array,
): number {
  const { start, list } = neighbours;
  const count = start.length - 1;
  const scale = 1 / (count * unit * unit);
  let sum = 0;
  for (let v = 0; v < count; v++) {
    const degree = start[v + 1] - start[v];
    if (degree === 0) continue;
    for (let k = 0; k < 3; k++) {
      let mean = 0;
      for (let n = start[v]; n < start[v + 1]; n++) mean += field[3 * list[n] + k];
      const d = mean / degree - field[3 * v + k];
      sum += d * d;
      const g = 2 * weight * scale * d;
      gradient[3 * v + k] -= g;
      for (let n = start[v]; n < start[v + 1]; n++) gradient[3 * list[n] + k] += g / degree;
    }
  }
  return sum * scale;
}

/** Edges with the two faces at each: [E, 2] face indices. */
export function innerEdges(topology: Topology): Uint32Array {
  const edges: number[] = [];
  topology.neighbours.forEach((other, corner) => {
    const own = Math.floor(corner / 3);
    if (other > own) edges.push(own, other);
  });
  return Uint32Array.from(edges);
}

/** Unit normals [F, 3] and twice the areas [F]. */
function faceNormals(
  vertices: ArrayLike<number>,
  faces: Uint32Array,
  normals: Float64Array,
  areas: Float64Array,
): void {
  for (let f = 0; f < areas.length; f++) {
    const a = 3 * faces[3 * f];
    const b = 3 * faces[3 * f + 1];
    const c = 3 * faces[3 * f + 2];
    const ux = vertices[b] - vertices[a];
    const uy = vertices[b + 1] - vertices[a + 1];
    const uz = vertices[b + 2] - vertices[a + 2];
    const vx = vertices[c] - vertices[a];
    const vy = vertices[c + 1] - vertices[a + 1];
    const vz = vertices[c + 2] - vertices[a + 2];
    const nx = uy * vz - uz * vy;
    const ny = uz * vx - ux * vz;
    const nz = ux * vy - uy * vx;
    const length = Math.sqrt(nx * nx + ny * ny + nz * nz);
    areas[f] = length;
    const s = length > 0 ? 1 / length : 0;
    normals[3 * f] = nx * s;
    normals[3 * f + 1] = ny * s;
    normals[3 * f + 2] = nz * s;
  }
}

/** Cosines of the angles between the faces of each edge. */
function edgeCosines(edges: Uint32Array, normals: Float64Array): Float64Array {
  return Float64Array.from({ length: edges.length / 2 }, (_, e) => {
    const f = 3 * edges[2 * e];
    const g = 3 * edges[2 * e + 1];
    return normals[f] * normals[g] + normals[f + 1] * normals[g + 1] + normals[f + 2] * normals[g + 2];
  });
}

/**
 * Flatness loss against creases that the car did not have: mean over edges of max(0, reference - cosine)^2 for the angle
 * between an edge's faces. (DIB-R flattens every edge; a car's own edges are meant.) Holds scratch for one mesh.
 */
export class FlatnessLoss {
  private readonly edges: Uint32Array;
  private readonly normals: Float64Array;
  private readonly areas: Float64Array;
  private readonly normalGradient: Float64Array;
  private readonly reference: Float64Array;

  constructor(
    private readonly topology: Topology,
    reference: ArrayLike<number>,
  ) {
    const faceCount = topology.faces.length / 3;
    this.edges = innerEdges(topology);
    this.normals = new Float64Array(3 * faceCount);
    this.areas = new Float64Array(faceCount);
    this.normalGradient = new Float64Array(3 * faceCount);
    faceNormals(reference, topology.faces, this.normals, this.areas);
    this.reference = edgeCosines(this.edges, this.normals);
  }

  /** The loss of vertices [V, 3]; adds weight x gradient. */
  add(vertices: Float64Array, weight: number, gradient: Float64Array): number {
    const { edges, normals: n, normalGradient: dn, reference, areas } = this;
    const { faces } = this.topology;
    faceNormals(vertices, faces, n, areas);
    dn.fill(0);
    const count = reference.length;
    let sum = 0;
    for (let e = 0; e < count; e++) {
      const f = 3 * edges[2 * e];
      const g = 3 * edges[2 * e + 1];
      const excess = reference[e] - (n[f] * n[g] + n[f + 1] * n[g + 1] + n[f + 2] * n[g + 2]);
      if (excess <= 0) continue;
      sum += excess * excess;
      const s = (-2 * weight * excess) / count;
      for (let k = 0; k < 3; k++) {
        dn[f + k] += s * n[g + k];
        dn[g + k] += s * n[f + k];
      }
    }
    for (let f = 0; f < areas.length; f++) this.faceBackward(vertices, f, gradient);
    return sum / count;
  }

  private faceBackward(vertices: Float64Array, f: number, gradient: Float64Array): void {
    const { normals: n, normalGradient: dn, areas } = this;
    const { faces } = this.topology;
    const i = 3 * f;
    if ((dn[i] === 0 && dn[i + 1] === 0 && dn[i + 2] === 0) || !(areas[f] > 0)) return;
    const along = dn[i] * n[i] + dn[i + 1] * n[i + 1] + dn[i + 2] * n[i + 2];
    const gx = (dn[i] - along * n[i]) / areas[f];
    const gy = (dn[i + 1] - along * n[i + 1]) / areas[f];
    const gz = (dn[i + 2] - along * n[i + 2]) / areas[f];
    for (let k = 0; k < 3; k++) {
      const v = 3 * faces[i + k];
      const next = 3 * faces[i + ((k + 1) % 3)];
      const last = 3 * faces[i + ((k + 2) % 3)];
      // d (normal . g) / d v = (last - next) x g turned around: the opposite edge times g
      const ex = vertices[next] - vertices[last];
      const ey = vertices[next + 1] - vertices[last + 1];
      const ez = vertices[next + 2] - vertices[last + 2];
      gradient[v] += ey * gz - ez * gy;
      gradient[v + 1] += ez * gx - ex * gz;
      gradient[v + 2] += ex * gy - ey * gx;
    }
  }
}
