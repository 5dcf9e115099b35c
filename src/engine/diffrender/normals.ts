import type { Real } from './types.ts';

/**
 * Unit vertex normals [V, 3]: sums of the neighbouring faces' normals weighted by area, as three.js and Blender make
 * them. A face that isn't finite counts for nothing; a vertex without faces, or whose sum vanishes, gets 0.
 * `lengths` [V] receives the lengths of the sums.
 */
export function vertexNormals(
  vertices: Real,
  faces: Uint32Array,
  normals: Float64Array,
  lengths: Float64Array,
): void {
  const count = vertices.length;
  normals.fill(0, 0, count);
  for (let f = 0; f < faces.length; f += 3) {
    const a = 3 * faces[f];
    const b = 3 * faces[f + 1];
    const c = 3 * faces[f + 2];
    const ax = vertices[a];
    const ay = vertices[a + 1];
    const az = vertices[a + 2];
    const ux = vertices[b] - ax;
    const uy = vertices[b + 1] - ay;
    const uz = vertices[b + 2] - az;
    const vx = vertices[c] - ax;
    const vy = vertices[c + 1] - ay;
    const vz = vertices[c + 2] - az;
    const nx = uy * vz - uz * vy;
    const ny = uz * vx - ux * vz;
    const nz = ux * vy - uy * vx;
    if (!(Math.abs(nx) + Math.abs(ny) + Math.abs(nz) < Infinity)) continue;
    normals[a] += nx;
    normals[a + 1] += ny;
    normals[a + 2] += nz;
    normals[b] += nx;
    normals[b + 1] += ny;
    normals[b + 2] += nz;
    normals[c] += nx;
    normals[c + 1] += ny;
    normals[c + 2] += nz;
  }
  for (let at = 0, v = 0; at < count; at += 3, v++) {
    const x = normals[at];
    const y = normals[at + 1];
    const z = normals[at + 2];
    const length = Math.sqrt(x * x + y * y + z * z);
    lengths[v] = length;
    const scale = length > 0 ? 1 / length : 0;
    normals[at] = x * scale;
    normals[at + 1] = y * scale;
    normals[at + 2] = z * scale;
  }
}

/** Adds the gradient of the vertices that belongs to a gradient of their normals [V, 3], which is used up. */
export function vertexNormalsBackward(
  vertices: Real,
  faces: Uint32Array,
  normals: Float64Array,
  lengths: Float64Array,
  normalGradient: Float64Array,
  vertexGradient: Float64Array,
): void {
  const g = normalGradient;
  for (let at = 0, v = 0; at < vertices.length; at += 3, v++) {
    const length = lengths[v];
    const scale = length > 0 ? 1 / length : 0;
    const x = normals[at];
    const y = normals[at + 1];
    const z = normals[at + 2];
    const along = g[at] * x + g[at + 1] * y + g[at + 2] * z;
    g[at] = (g[at] - along * x) * scale;
    g[at + 1] = (g[at + 1] - along * y) * scale;
    g[at + 2] = (g[at + 2] - along * z) * scale;
  }
  for (let f = 0; f < faces.length; f += 3) {
    const a = 3 * faces[f];
    const b = 3 * faces[f + 1];
    const c = 3 * faces[f + 2];
    const gx = g[a] + g[b] + g[c];
    const gy = g[a + 1] + g[b + 1] + g[c + 1];
    const gz = g[a + 2] + g[b + 2] + g[c + 2];
    if (gx === 0 && gy === 0 && gz === 0) continue;
    const ax = vertices[a];
    const ay = vertices[a + 1];
    const az = vertices[a + 2];
    const ux = vertices[b] - ax;
    const uy = vertices[b + 1] - ay;
    const uz = vertices[b + 2] - az;
    const vx = vertices[c] - ax;
    const vy = vertices[c + 1] - ay;
    const vz = vertices[c + 2] - az;
    const size = Math.abs(ux) + Math.abs(uy) + Math.abs(uz) + Math.abs(vx) + Math.abs(vy) + Math.abs(vz);
    if (!(size < Infinity)) continue;
    // normal = u x v, so d/du = v x g and d/dv = g x u
    const dux = vy * gz - vz * gy;
    const duy = vz * gx - vx * gz;
    const duz = vx * gy - vy * gx;
    const dvx = gy * uz - gz * uy;
    const dvy = gz * ux - gx * uz;
    const dvz = gx * uy - gy * ux;
    vertexGradient[b] += dux;
    vertexGradient[b + 1] += duy;
    vertexGradient[b + 2] += duz;
    vertexGradient[c] += dvx;
    vertexGradient[c + 1] += dvy;
    vertexGradient[c + 2] += dvz;
    vertexGradient[a] -= dux + dvx;
    vertexGradient[a + 1] -= duy + dvy;
    vertexGradient[a + 2] -= duz + dvz;
  }
}
