/** A mesh whose texture coordinates are per vertex: what glTF and GPUs take. N >= V. */
export interface SplitMesh {
  /** [N] the vertex of the template that each one copies */
  source: Uint32Array;
  /** [N, 2] */
  uv: Float32Array;
  /** [F, 3] into the N vertices */
  indices: Uint32Array;
}

/**
 * Splits vertices where the texture coordinates of their corners differ, and only there.
 * @param faces [F, 3]
 * @param uv [F, 3, 2] per corner
 */
export function splitSeams(faces: Uint32Array, uv: Float32Array): SplitMesh {
  const known = new Map<string, number>();
  const source: number[] = [];
  const coordinates: number[] = [];
  const indices = new Uint32Array(faces.length);
  for (let corner = 0; corner < faces.length; corner++) {
    const vertex = faces[corner];
    const [u, v] = [uv[2 * corner], uv[2 * corner + 1]];
    const key = `${vertex} ${u} ${v}`;
    let index = known.get(key);
    if (index === undefined) {
      index = source.length;
      known.set(key, index);
      source.push(vertex);
      coordinates.push(u, v);
    }
    indices[corner] = index;
  }
  return { source: Uint32Array.from(source), uv: Float32Array.from(coordinates), indices };
}
