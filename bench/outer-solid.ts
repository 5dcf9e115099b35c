/** Voxels along each side of the unit cube that a car of length 1 is measured in. */
export const voxels = 64;

/**
 * Outer solid of a mesh of length 1 on y = 0: [count, count, count] (x slowest) 0 or 1, in the cube x, z in -0.5..0.5, y in
 * 0..1. A voxel is inside where, along each axis, its centre lies between the first hits from both sides; what no ray from
 * six sides enters is solid. The same definition as training/turnaround_training/evaluate/solids.py.
 */
export function outerSolid(
  vertices: ArrayLike<number>,
  faces: ArrayLike<number>,
  count = voxels,
): Uint8Array {
  const inside = new Uint8Array(count ** 3).fill(1);
  for (const axis of [0, 1, 2] as const) carve(inside, firstHits(vertices, faces, axis, count), axis, count);
  return inside;
}

/** Where the cube begins along each axis. */
const cubeLow = [-0.5, 0, -0.5] as const;

/** For each ray along an axis, [count, count] by the two other axes in order: the first hits from below and from above. */
interface Hits {
  low: Float64Array;
  high: Float64Array;
}

function firstHits(
  vertices: ArrayLike<number>,
  faces: ArrayLike<number>,
  axis: 0 | 1 | 2,
  count: number,
): Hits {
  const low = new Float64Array(count * count).fill(Infinity);
  const high = new Float64Array(count * count).fill(-Infinity);
  const [u, v] = [0, 1, 2].filter((other) => other !== axis) as [number, number];
  const cell = (x: number, along: number) => (x - cubeLow[along]) * count - 0.5;
  for (let f = 0; f < faces.length; f += 3) {
    const [a, b, c] = [3 * faces[f], 3 * faces[f + 1], 3 * faces[f + 2]];
    const [au, bu, cu] = [cell(vertices[a + u], u), cell(vertices[b + u], u), cell(vertices[c + u], u)];
    const [av, bv, cv] = [cell(vertices[a + v], v), cell(vertices[b + v], v), cell(vertices[c + v], v)];
    const area = (bu - au) * (cv - av) - (cu - au) * (bv - av);
    if (area === 0) continue;
    const lastU = Math.min(count - 1, Math.floor(Math.max(au, bu, cu)));
    const lastV = Math.min(count - 1, Math.floor(Math.max(av, bv, cv)));
    const firstV = Math.max(0, Math.ceil(Math.min(av, bv, cv)));
    for (let i = Math.max(0, Math.ceil(Math.min(au, bu, cu))); i <= lastU; i++) {
      for (let j = firstV; j <= lastV; j++) {
        const second = ((i - au) * (cv - av) - (cu - au) * (j - av)) / area;
        const third = ((bu - au) * (j - av) - (i - au) * (bv - av)) / area;
        if (second < 0 || third < 0 || second + third > 1) continue;
        const at =
          (1 - second - third) * vertices[a + axis] +
          second * vertices[b + axis] +
          third * vertices[c + axis];
        const ray = i * count + j;
        low[ray] = Math.min(low[ray], at);
        high[ray] = Math.max(high[ray], at);
      }
    }
  }
  return { low, high };
}

function carve(inside: Uint8Array, { low, high }: Hits, axis: 0 | 1 | 2, count: number): void {
  const strides = [count * count, count, 1];
  const [u, v] = [0, 1, 2].filter((other) => other !== axis).map((other) => strides[other]);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const ray = i * count + j;
      for (let k = 0; k < count; k++) {
        const centre = cubeLow[axis] + (k + 0.5) / count;
        if (!(centre >= low[ray] && centre <= high[ray])) inside[i * u + j * v + k * strides[axis]] = 0;
      }
    }
  }
}

/** Vertices [V, 3] scaled to length 1 along z, centred in x and z, their lowest point on y = 0. */
export function normalised(vertices: ArrayLike<number>): Float64Array {
  const low = [Infinity, Infinity, Infinity];
  const high = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < vertices.length; i++) {
    low[i % 3] = Math.min(low[i % 3], vertices[i]);
    high[i % 3] = Math.max(high[i % 3], vertices[i]);
  }
  const origin = [(low[0] + high[0]) / 2, low[1], (low[2] + high[2]) / 2];
  return Float64Array.from(vertices, (value, i) => (value - origin[i % 3]) / (high[2] - low[2]));
}

/** Intersection over union of two solids of one size; 0 for two empty ones. */
export function solidOverlap(a: Uint8Array, b: Uint8Array): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < a.length; i++) {
    both += a[i] & b[i];
    either += a[i] | b[i];
  }
  return either === 0 ? 0 : both / either;
}

/** Solid of packed bits, the first bit lowest in a byte. */
export function unpackSolid(bits: Uint8Array, count = voxels): Uint8Array {
  if (8 * bits.length !== count ** 3)
    throw new RangeError(`unpackSolid: ${bits.length} bytes for ${count}^3.`);
  return Uint8Array.from({ length: count ** 3 }, (_, i) => (bits[i >> 3] >> (i & 7)) & 1);
}
