import { buildTopology } from './topology.ts';
import type { Real, Texture, TextureSet, Topology } from './types.ts';

/** One of several meshes of a scene. */
export interface Mesh {
  /** [V, 3] */
  vertices: Real;
  /** [F, 3], counter-clockwise from outside */
  faces: Uint32Array;
  /** [F, 3, 2] per corner */
  uv: Real;
  texture: Texture;
}

/** Where one mesh lies in the joined arrays: [from, to) in vertices, in faces and in the texels' numbers. */
export interface Part {
  vertices: readonly [number, number];
  faces: readonly [number, number];
  texels: readonly [number, number];
}

/** Several meshes as one, to be used as a scene's topology, vertices, uv and texture; they hide one another. */
export interface JoinedMeshes {
  topology: Topology;
  vertices: Float64Array;
  uv: Float64Array;
  texture: TextureSet;
  /** in the order given; `joined.vertices.subarray(3 * from, 3 * to)` are a mesh's own, and so with every gradient */
  parts: readonly Part[];
}

/** Joins meshes, in copies. Throws RangeError where a face names a vertex that its mesh doesn't have, or with more than 65536 meshes. */
export function joinMeshes(meshes: readonly Mesh[]): JoinedMeshes {
  if (meshes.length > 65536) throw new RangeError(`joinMeshes: ${meshes.length} meshes, 65536 are the most.`);
  const parts: Part[] = [];
  let [v, f, t] = [0, 0, 0];
  for (const { vertices, faces, texture } of meshes) {
    const next = [v + vertices.length / 3, f + faces.length / 3, t + texture.texels.length] as const;
    parts.push({ vertices: [v, next[0]], faces: [f, next[1]], texels: [t, next[2]] });
    [v, f, t] = next;
  }
  const joined = {
    vertices: new Float64Array(3 * v),
    uv: new Float64Array(6 * f),
    texels: new Float64Array(t),
    ofFace: new Uint16Array(f),
  };
  const corners = new Uint32Array(3 * f);
  meshes.forEach(({ vertices, faces, uv, texture }, m) => {
    const part = parts[m];
    if (faces.some((corner) => 3 * corner >= vertices.length))
      throw new RangeError(
        `joinMeshes: a face of mesh ${m} names a vertex beyond its ${vertices.length / 3}.`,
      );
    joined.vertices.set(vertices, 3 * part.vertices[0]);
    joined.uv.set(uv, 6 * part.faces[0]);
    joined.texels.set(texture.texels, part.texels[0]);
    joined.ofFace.fill(m, part.faces[0], part.faces[1]);
    corners.set(
      faces.map((corner) => corner + part.vertices[0]),
      3 * part.faces[0],
    );
  });
  return {
    topology: buildTopology(corners, v),
    vertices: joined.vertices,
    uv: joined.uv,
    texture: {
      texels: joined.texels,
      ofFace: joined.ofFace,
      pages: meshes.map(({ texture }, m) => ({
        width: texture.width,
        height: texture.height,
        offset: parts[m].texels[0],
        levels: texture.levels ?? 1,
      })),
    },
    parts,
  };
}
