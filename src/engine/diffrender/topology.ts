import type { Topology } from './types.ts';

/**
 * Finds for every edge of every face the face across it. Faces [F, 3]. An edge of one face, or of more than two, has no
 * neighbour (-1). Throws RangeError where an index reaches beyond vertexCount.
 */
export function buildTopology(faces: Uint32Array, vertexCount: number): Topology {
  const corners = faces.length;
  const neighbours = new Int32Array(corners).fill(-1);
  const open = new Map<number, number>();
  const crowded = new Set<number>();
  for (let corner = 0; corner < corners; corner++) {
    const next = corner % 3 === 2 ? corner - 2 : corner + 1;
    const [a, b] = [faces[corner], faces[next]];
    if (a >= vertexCount)
      throw new RangeError(
        `buildTopology: face ${Math.floor(corner / 3)} names vertex ${a} of ${vertexCount}.`,
      );
    const key = Math.min(a, b) * vertexCount + Math.max(a, b);
    const other = open.get(key);
    if (other === undefined) {
      open.set(key, corner);
    } else if (neighbours[other] === -1 && !crowded.has(key)) {
      neighbours[other] = Math.floor(corner / 3);
      neighbours[corner] = Math.floor(other / 3);
    } else {
      crowded.add(key);
      const opposite = neighbours[other];
      neighbours[other] = -1;
      for (let k = 0; opposite >= 0 && k < 3; k++) {
        if (neighbours[3 * opposite + k] === Math.floor(other / 3)) neighbours[3 * opposite + k] = -1;
      }
    }
  }
  return { vertexCount, faces, neighbours };
}
