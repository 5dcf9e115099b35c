import type { VertexNeighbours } from './smooth.ts';

/** In which order unknowns are eliminated from a sparse symmetric system, and what that leaves to be stored. */
export interface Fill {
  /** [n] unknowns, the first to go first */
  order: Uint32Array;
  /** [n + 1] column j of the factor has its entries below the diagonal at rows[start[j]] .. rows[start[j + 1] - 1] */
  start: Uint32Array;
  /** places in the order, ascending within a column */
  rows: Uint32Array;
}

/**
 * Minimum degree (Tinney and Walker 1967): the unknown that is tied to the fewest others goes next, and ties all those to each
 * other. Sets of neighbours are bits, n^2 / 8 bytes in all, which suits meshes of some thousand vertices: the factor of the
 * template's 2 562 holds 83 000 entries (smooth.test.ts). Of those tied to equally few the first goes: vertices of a mesh made
 * by subdivision come in an order that leaves fewer entries so than from its end.
 */
export function minimumDegree({ start: first, list }: VertexNeighbours): Fill {
  const count = first.length - 1;
  const words = (count + 31) >>> 5;
  const ties = new Int32Array(count * words);
  const degree = new Int32Array(count);
  for (let v = 0; v < count; v++) {
    for (let n = first[v]; n < first[v + 1]; n++) ties[v * words + (list[n] >>> 5)] |= 1 << (list[n] & 31);
    degree[v] = first[v + 1] - first[v];
  }
  const order = new Uint32Array(count);
  const columns: number[][] = [];
  for (let step = 0; step < count; step++) {
    const next = least(degree);
    const own = ties.subarray(next * words, (next + 1) * words);
    const tied = members(own);
    order[step] = next;
    columns.push(tied);
    degree[next] = gone;
    for (const v of tied) {
      const at = v * words;
      // with v itself and the one that goes
      let size = 0;
      for (let w = 0; w < words; w++) {
        ties[at + w] |= own[w];
        size += bitCount(ties[at + w]);
      }
      ties[at + (v >>> 5)] &= ~(1 << (v & 31));
      ties[at + (next >>> 5)] &= ~(1 << (next & 31));
      degree[v] = size - 2;
    }
  }
  return { order, ...placed(order, columns) };
}

/** Degree of an unknown that was eliminated. */
const gone = 2 ** 31 - 1;

function least(degree: Int32Array): number {
  let best = 0;
  for (let v = 1; v < degree.length; v++) if (degree[v] < degree[best]) best = v;
  return best;
}

function members(bits: Int32Array): number[] {
  const found: number[] = [];
  for (let w = 0; w < bits.length; w++) {
    for (let rest = bits[w]; rest !== 0; rest &= rest - 1) found.push(32 * w + 31 - Math.clz32(rest & -rest));
  }
  return found;
}

function bitCount(bits: number): number {
  let x = bits - ((bits >>> 1) & 0x55555555);
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333);
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The columns with unknowns replaced by their places in the order. */
function placed(order: Uint32Array, columns: readonly number[][]): Pick<Fill, 'start' | 'rows'> {
  const place = new Uint32Array(order.length);
  order.forEach((v, k) => {
    place[v] = k;
  });
  const start = new Uint32Array(order.length + 1);
  columns.forEach((column, k) => {
    start[k + 1] = start[k] + column.length;
  });
  const rows = new Uint32Array(start[order.length]);
  columns.forEach((column, k) => {
    rows.set(Uint32Array.from(column, (v) => place[v]).sort(), start[k]);
  });
  return { start, rows };
}
