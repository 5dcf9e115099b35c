import type { CameraMatrix, Real } from './types.ts';

/** clip [V, 4] = camera [4, 4] times (vertex, 1), for vertices [V, 3]. */
export function projectVertices(vertices: Real, camera: CameraMatrix, clip: Float64Array): void {
  const [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, q] = camera;
  for (let v = 0, at = 0; v < vertices.length; v += 3, at += 4) {
    const x = vertices[v];
    const y = vertices[v + 1];
    const z = vertices[v + 2];
    clip[at] = a * x + b * y + c * z + d;
    clip[at + 1] = e * x + f * y + g * z + h;
    clip[at + 2] = i * x + j * y + k * z + l;
    clip[at + 3] = m * x + n * y + o * z + q;
  }
}

/** Adds the gradients of vertices [V, 3] and camera [4, 4] that belong to a gradient of clip [V, 4]. */
export function projectVerticesBackward(
  vertices: Real,
  camera: CameraMatrix,
  clipGradient: Float64Array,
  vertexGradient: Float64Array,
  cameraGradient: Float64Array,
): void {
  const [a, b, c, , e, f, g, , i, j, k, , m, n, o] = camera;
  for (let v = 0, at = 0; v < vertices.length; v += 3, at += 4) {
    const dx = clipGradient[at];
    const dy = clipGradient[at + 1];
    const dw = clipGradient[at + 2];
    const dz = clipGradient[at + 3];
    if (dx === 0 && dy === 0 && dw === 0 && dz === 0) continue;
    vertexGradient[v] += a * dx + e * dy + i * dw + m * dz;
    vertexGradient[v + 1] += b * dx + f * dy + j * dw + n * dz;
    vertexGradient[v + 2] += c * dx + g * dy + k * dw + o * dz;
    const x = vertices[v];
    const y = vertices[v + 1];
    const z = vertices[v + 2];
    for (let row = 0; row < 4; row++) {
      const s = clipGradient[at + row];
      const r = 4 * row;
      cameraGradient[r] += s * x;
      cameraGradient[r + 1] += s * y;
      cameraGradient[r + 2] += s * z;
      cameraGradient[r + 3] += s;
    }
  }
}
