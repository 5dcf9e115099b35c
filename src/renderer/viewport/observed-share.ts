/** A grey picture of the atlas, one byte a texel, row 0 at v = 0. */
export interface GreyAtlas {
  size: number;
  grey: Uint8Array;
}

/**
 * Share of the car's surface that the photo showed, 0..1: every face counts by its area and is looked up at the middle
 * of its texture triangle.
 * @param vertices [V, 3]
 * @param faces [F, 3]
 * @param uv [F, 3, 2]
 */
export function observedShare(
  vertices: Float32Array,
  faces: Uint32Array,
  uv: Float32Array,
  { size, grey }: GreyAtlas,
): number {
  let [seen, whole] = [0, 0];
  const texel = (coordinate: number) => Math.min(size - 1, Math.max(0, Math.floor(coordinate * size)));
  for (let f = 0; f < faces.length; f += 3) {
    const [a, b, c] = [faces[f] * 3, faces[f + 1] * 3, faces[f + 2] * 3];
    const u = [0, 1, 2].map((k) => vertices[b + k] - vertices[a + k]);
    const v = [0, 1, 2].map((k) => vertices[c + k] - vertices[a + k]);
    const area = Math.hypot(u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0]);
    const at = f * 2;
    const column = texel((uv[at] + uv[at + 2] + uv[at + 4]) / 3);
    const row = texel((uv[at + 1] + uv[at + 3] + uv[at + 5]) / 3);
    whole += area;
    seen += (area * grey[row * size + column]) / 255;
  }
  return whole > 0 ? seen / whole : 0;
}
