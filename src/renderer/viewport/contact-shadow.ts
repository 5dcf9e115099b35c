/** A soft shadow on the ground as an alpha picture. */
export interface ShadowPicture {
  /** [size, size] opacity 0..255, row 0 at z = -reach, column 0 at x = -reach */
  alpha: Uint8Array;
  size: number;
  /** half the side of the square that it covers, metres */
  reach: number;
}

const size = 96;

function boxBlur(values: Float32Array, radius: number): void {
  const line = new Float32Array(size);
  const pass = (start: number, step: number) => {
    for (let i = 0; i < size; i++) line[i] = values[start + i * step];
    let sum = 0;
    for (let i = -radius; i <= radius; i++) sum += line[Math.min(size - 1, Math.max(0, i))];
    for (let i = 0; i < size; i++) {
      values[start + i * step] = sum / (2 * radius + 1);
      sum += line[Math.min(size - 1, i + radius + 1)] - line[Math.max(0, i - radius)];
    }
  };
  for (let i = 0; i < size; i++) pass(i * size, 1);
  for (let i = 0; i < size; i++) pass(i, size);
}

/**
 * Ambient shade under a closed mesh: how low the surface hangs over each point of the ground, blurred twice with a box.
 * Splats vertices, so it costs microseconds and can follow a mesh that changes.
 * @param vertices [V, 3] metres, the ground at y = 0
 */
export function contactShadow(vertices: Float32Array, lengthMetres: number): ShadowPicture {
  const reach = lengthMetres * 0.75;
  const cell = (2 * reach) / size;
  const depth = new Float32Array(size * size);
  for (let v = 0; v < vertices.length; v += 3) {
    const column = Math.floor((vertices[v] + reach) / cell);
    const row = Math.floor((vertices[v + 2] + reach) / cell);
    if (column < 0 || row < 0 || column >= size || row >= size) continue;
    const shade = Math.exp(-vertices[v + 1] / (0.1 * lengthMetres));
    depth[row * size + column] = Math.max(depth[row * size + column], shade);
  }
  boxBlur(depth, 3);
  boxBlur(depth, 3);
  let peak = 1e-6;
  for (const value of depth) peak = Math.max(peak, value);
  return { alpha: Uint8Array.from(depth, (value) => (value / peak) * 255), size, reach };
}
