import type { TemplateMesh } from '../state/connection.ts';

/** Corner attributes of the drawn car: three corners a face, F faces, no index. */
export interface CornerMesh {
  /** [F, 3, 3] metres */
  positions: Float32Array;
  /** [F, 3, 3] unit normals, smooth over the surface and across texture seams */
  normals: Float32Array;
  /** [F, 3, 2] */
  uv: Float32Array;
}

/**
 * Unit vertex normals as the exporter and the engine's renderer make them: the neighbouring faces' normals weighted by
 * area.
 * @param vertices [V, 3]
 * @param faces [F, 3] counter-clockwise from outside
 */
export function vertexNormals(vertices: Float32Array, faces: Uint32Array): Float32Array {
  const normals = new Float32Array(vertices.length);
  for (let f = 0; f < faces.length; f += 3) {
    const [a, b, c] = [faces[f] * 3, faces[f + 1] * 3, faces[f + 2] * 3];
    const ux = vertices[b] - vertices[a];
    const uy = vertices[b + 1] - vertices[a + 1];
    const uz = vertices[b + 2] - vertices[a + 2];
    const vx = vertices[c] - vertices[a];
    const vy = vertices[c + 1] - vertices[a + 1];
    const vz = vertices[c + 2] - vertices[a + 2];
    const nx = uy * vz - uz * vy;
    const ny = uz * vx - ux * vz;
    const nz = ux * vy - uy * vx;
    for (const corner of [a, b, c]) {
      normals[corner] += nx;
      normals[corner + 1] += ny;
      normals[corner + 2] += nz;
    }
  }
  for (let v = 0; v < normals.length; v += 3) {
    const length = Math.hypot(normals[v], normals[v + 1], normals[v + 2]) || 1;
    normals[v] /= length;
    normals[v + 1] /= length;
    normals[v + 2] /= length;
  }
  return normals;
}

/** [V, 3] metres: (template + offsets) x length. */
export function carVertices(
  template: TemplateMesh,
  offsets: Float32Array,
  lengthMetres: number,
): Float32Array {
  const vertices = new Float32Array(template.vertices.length);
  for (let i = 0; i < vertices.length; i++) vertices[i] = (template.vertices[i] + offsets[i]) * lengthMetres;
  return vertices;
}

export function cornerMesh(template: TemplateMesh, vertices: Float32Array): CornerMesh {
  const { faces, uv } = template;
  const normals = vertexNormals(vertices, faces);
  const corner = {
    positions: new Float32Array(faces.length * 3),
    normals: new Float32Array(faces.length * 3),
  };
  for (let i = 0; i < faces.length; i++) {
    const from = faces[i] * 3;
    for (let k = 0; k < 3; k++) {
      corner.positions[i * 3 + k] = vertices[from + k];
      corner.normals[i * 3 + k] = normals[from + k];
    }
  }
  return { ...corner, uv };
}

/** Extent of the car in metres: x width, y height, z length. */
export function extent(vertices: Float32Array): { width: number; height: number; length: number } {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < vertices.length; i++) {
    low[i % 3] = Math.min(low[i % 3], vertices[i]);
    high[i % 3] = Math.max(high[i % 3], vertices[i]);
  }
  return { width: high[0] - low[0], height: high[1] - low[1], length: high[2] - low[2] };
}
