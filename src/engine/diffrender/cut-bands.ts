import type { Rows, Scene } from './types.ts';

/** Work of an empty row of a picture, in covered pixels. */
const rowCost = 8;
/** With more faces than this, every second, third... stands for its neighbours. */
const sampledFaces = 1024;
/** Work of setting a face up, in covered pixels. */
const faceCost = 0.2;

/**
 * Cuts a picture into `of` bands of rows that cost about the same and returns the `index`-th, from the projected vertices `clip`
 * [V, 4] alone: the faces' areas are spread over the rows that they reach.
 */
export function bandOf(scene: Scene, clip: Float64Array, index: number, of: number): Rows {
  const { height, near, cullBack } = scene;
  const { faces } = scene.topology;
  const change = new Float64Array(height + 1);
  const every = Math.ceil(faces.length / (3 * sampledFaces));
  for (let f = 0; f < faces.length; f += 3 * every) {
    const a = 4 * faces[f];
    const b = 4 * faces[f + 1];
    const c = 4 * faces[f + 2];
    if (!(clip[a + 3] >= near && clip[b + 3] >= near && clip[c + 3] >= near)) continue;
    const ax = clip[a] / clip[a + 2];
    const ay = clip[a + 1] / clip[a + 2];
    const by = clip[b + 1] / clip[b + 2];
    const cy = clip[c + 1] / clip[c + 2];
    const area = (clip[b] / clip[b + 2] - ax) * (cy - ay) - (by - ay) * (clip[c] / clip[c + 2] - ax);
    const first = Math.floor(Math.max(0, Math.min(ay, by, cy)));
    const end = Math.ceil(Math.min(height, Math.max(ay, by, cy)));
    if (!(first < end)) continue;
    // rows run downwards, so a front face is clockwise there; without culling, half of all faces are taken for front ones
    const pixels = cullBack ? Math.max(0, -area) / 2 : Math.abs(area) / 4;
    const cost = (every * (faceCost + pixels)) / (end - first);
    change[first] += cost;
    change[end] -= cost;
  }
  let total = rowCost * height;
  for (let y = 0, row = 0; y < height; y++) {
    row += change[y];
    total += row;
  }
  const cut = (share: number) => {
    let [sum, row] = [0, 0];
    for (let y = 0; y < height; y++) {
      row += change[y];
      sum += row + rowCost;
      if (sum > share * total) return y;
    }
    return height;
  };
  return { from: index === 0 ? 0 : cut(index / of), to: index + 1 === of ? height : cut((index + 1) / of) };
}
