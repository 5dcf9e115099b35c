import type { Buffers } from './buffers.ts';
import type { Scene } from './types.ts';

/** Unit normals of a run, interpolated between the vertices'; 0 where they cancel. */
export function interpolateNormals(scene: Scene, buffers: Buffers, count: number): void {
  const { faces } = scene.topology;
  const { normals } = buffers;
  const { face, b, n, normalScale } = buffers.fragments;
  const [b0, b1, b2] = b;
  const [nx, ny, nz] = n;
  for (let i = 0; i < count; i++) {
    const f = 3 * face[i];
    const v0 = 3 * faces[f];
    const v1 = 3 * faces[f + 1];
    const v2 = 3 * faces[f + 2];
    const x = b0[i] * normals[v0] + b1[i] * normals[v1] + b2[i] * normals[v2];
    const y = b0[i] * normals[v0 + 1] + b1[i] * normals[v1 + 1] + b2[i] * normals[v2 + 1];
    const z = b0[i] * normals[v0 + 2] + b1[i] * normals[v1 + 2] + b2[i] * normals[v2 + 2];
    const length = Math.sqrt(x * x + y * y + z * z);
    const s = length > 0 ? 1 / length : 0;
    nx[i] = x * s;
    ny[i] = y * s;
    nz[i] = z * s;
    normalScale[i] = s;
  }
}

/** Adds the gradient of a run's normals to the vertices' (`buffers.normalGradient`) and to the barycentrics. */
export function interpolateNormalsBackward(scene: Scene, buffers: Buffers, count: number): void {
  const { faces } = scene.topology;
  const { normals, normalGradient } = buffers;
  const { face, b, n, normalScale, dN, dB } = buffers.fragments;
  const [b0, b1, b2] = b;
  const [nx, ny, nz] = n;
  const [dx, dy, dz] = dN;
  const [d0, d1, d2] = dB;
  for (let i = 0; i < count; i++) {
    const along = dx[i] * nx[i] + dy[i] * ny[i] + dz[i] * nz[i];
    const s = normalScale[i];
    const x = (dx[i] - along * nx[i]) * s;
    const y = (dy[i] - along * ny[i]) * s;
    const z = (dz[i] - along * nz[i]) * s;
    const f = 3 * face[i];
    const v0 = 3 * faces[f];
    const v1 = 3 * faces[f + 1];
    const v2 = 3 * faces[f + 2];
    normalGradient[v0] += b0[i] * x;
    normalGradient[v0 + 1] += b0[i] * y;
    normalGradient[v0 + 2] += b0[i] * z;
    normalGradient[v1] += b1[i] * x;
    normalGradient[v1 + 1] += b1[i] * y;
    normalGradient[v1 + 2] += b1[i] * z;
    normalGradient[v2] += b2[i] * x;
    normalGradient[v2 + 1] += b2[i] * y;
    normalGradient[v2 + 2] += b2[i] * z;
    d0[i] += x * normals[v0] + y * normals[v0 + 1] + z * normals[v0 + 2];
    d1[i] += x * normals[v1] + y * normals[v1 + 1] + z * normals[v1 + 2];
    d2[i] += x * normals[v2] + y * normals[v2 + 1] + z * normals[v2 + 2];
  }
}
