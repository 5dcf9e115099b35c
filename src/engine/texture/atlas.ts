import type { Template } from '../../shared/template.ts';

/**
 * Which point of the template's surface each texel of an atlas shows. K = covered texels. Texel (x, y) has its centre at
 * ((x + 0.5) / size, (y + 0.5) / size).
 */
export interface AtlasLayout {
  size: number;
  /** [K] y * size + x of each covered texel, rising */
  texels: Uint32Array;
  /** [K] face */
  faces: Uint16Array | Uint32Array;
  /** [K, 2] barycentric weights of the face's second and third corner */
  weights: Float32Array;
  /** [size, size] 1 where covered */
  covered: Uint8Array;
  /** [size * size - K] texels that no face covers, and for each the covered texel that is nearest (by 4-steps) */
  gutter: Uint32Array;
  gutterSource: Uint32Array;
}

const layouts = new WeakMap<Template, Map<number, AtlasLayout>>();

/** Layouts of larger atlases aren't kept: one of 2048 texels takes 50 MB. */
const largestKept = 1024;

/** The layout of a template's atlas of this size; made once and kept as long as the template, unless it is large. */
export function atlasLayout(template: Template, size: number): AtlasLayout {
  if (size > largestKept) return rasteriseAtlas(template, size);
  let bySize = layouts.get(template);
  if (!bySize) {
    bySize = new Map();
    layouts.set(template, bySize);
  }
  let layout = bySize.get(size);
  if (!layout) {
    layout = rasteriseAtlas(template, size);
    bySize.set(size, layout);
  }
  return layout;
}

/** Tolerance at the edges of faces, so that texel centres on a shared edge are covered. */
const edge = -1e-6;

function rasteriseAtlas({ uv, faceCount }: Template, size: number): AtlasLayout {
  const owner = new Int32Array(size * size).fill(-1);
  const bary = new Float32Array(2 * size * size);
  const corner = new Float64Array(6);
  for (let face = 0; face < faceCount; face++) {
    for (let k = 0; k < 6; k++) corner[k] = uv[6 * face + k] * size - 0.5;
    const [ax, ay, bx, by, cx, cy] = corner;
    const area = (bx - ax) * (cy - ay) - (cx - ax) * (by - ay);
    if (Math.abs(area) < 1e-9) continue;
    const x1 = Math.min(size - 1, Math.floor(Math.max(ax, bx, cx) + 1e-6));
    const y0 = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 1e-6));
    const y1 = Math.min(size - 1, Math.floor(Math.max(ay, by, cy) + 1e-6));
    for (let y = y0; y <= y1; y++) {
      for (let x = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 1e-6)); x <= x1; x++) {
        const second = ((x - ax) * (cy - ay) - (cx - ax) * (y - ay)) / area;
        const third = ((bx - ax) * (y - ay) - (x - ax) * (by - ay)) / area;
        if (second < edge || third < edge || 1 - second - third < edge) continue;
        const texel = y * size + x;
        owner[texel] = face;
        bary[2 * texel] = second;
        bary[2 * texel + 1] = third;
      }
    }
  }
  const count = owner.reduce((sum, face) => sum + (face >= 0 ? 1 : 0), 0);
  const texels = new Uint32Array(count);
  const faces = faceCount <= 65_536 ? new Uint16Array(count) : new Uint32Array(count);
  const weights = new Float32Array(2 * count);
  const covered = new Uint8Array(size * size);
  for (let texel = 0, k = 0; texel < owner.length; texel++) {
    if (owner[texel] < 0) continue;
    covered[texel] = 1;
    texels[k] = texel;
    faces[k] = owner[texel];
    weights[2 * k] = bary[2 * texel];
    weights[2 * k + 1] = bary[2 * texel + 1];
    k++;
  }
  return { size, texels, faces, weights, covered, ...nearestCovered(size, texels, covered) };
}

/** Breadth-first from all covered texels at once. */
function nearestCovered(
  size: number,
  texels: Uint32Array,
  covered: Uint8Array,
): { gutter: Uint32Array; gutterSource: Uint32Array } {
  const reached = covered.slice();
  const total = size * size;
  const queue = new Uint32Array(texels.length === 0 ? 0 : total);
  const sources = new Uint32Array(queue.length);
  queue.set(texels);
  sources.set(texels);
  let end = texels.length;
  let source = 0;
  const visit = (next: number) => {
    if (reached[next]) return;
    reached[next] = 1;
    queue[end] = next;
    sources[end++] = source;
  };
  for (let at = 0; at < end; at++) {
    const texel = queue[at];
    const x = texel % size;
    source = sources[at];
    if (x > 0) visit(texel - 1);
    if (x < size - 1) visit(texel + 1);
    if (texel >= size) visit(texel - size);
    if (texel < total - size) visit(texel + size);
  }
  return { gutter: queue.slice(texels.length, end), gutterSource: sources.slice(texels.length, end) };
}

/** Copies the nearest covered texel into every texel that no face covers, [size, size, channels] in place. */
export function fillGutter(layout: AtlasLayout, values: Uint8Array | Float32Array, channels: 1 | 3): void {
  const { gutter, gutterSource } = layout;
  for (let i = 0; i < gutter.length; i++) {
    for (let channel = 0; channel < channels; channel++) {
      values[channels * gutter[i] + channel] = values[channels * gutterSource[i] + channel];
    }
  }
}
