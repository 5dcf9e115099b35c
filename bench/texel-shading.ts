import { vertexNormals } from '../src/engine/diffrender/normals.ts';
import { carVertices } from '../src/engine/render/car.ts';
import type { AtlasLayout } from '../src/engine/texture/atlas.ts';
import type { PhotoCar } from '../src/engine/texture/bake.ts';
import { evaluateBasis } from '../src/shared/spherical-harmonics.ts';

/**
 * What a car's light makes of a white surface at each covered texel: [size, size] mean of the three channels, linear, at
 * least 0; 0 elsewhere.
 */
export function texelShading(
  { template, offsets, light }: Pick<PhotoCar, 'template' | 'offsets' | 'light'>,
  { size, texels, faces, weights }: AtlasLayout,
): Float32Array {
  const vertices = carVertices(template, offsets);
  const normals = new Float64Array(vertices.length);
  vertexNormals(vertices, template.faces, normals, new Float64Array(vertices.length / 3));
  const grey = Float64Array.from(
    { length: 9 },
    (_, k) => (light[3 * k] + light[3 * k + 1] + light[3 * k + 2]) / 3,
  );
  const basis = new Float64Array(9);
  const shading = new Float32Array(size * size);
  texels.forEach((texel, k) => {
    const [wb, wc] = [weights[2 * k], weights[2 * k + 1]];
    const [a, b, c] = [0, 1, 2].map((corner) => 3 * template.faces[3 * faces[k] + corner]);
    const n = [0, 1, 2].map(
      (axis) => (1 - wb - wc) * normals[a + axis] + wb * normals[b + axis] + wc * normals[c + axis],
    );
    const length = Math.hypot(n[0], n[1], n[2]) || 1;
    evaluateBasis(n[0] / length, n[1] / length, n[2] / length, basis);
    shading[texel] = Math.max(
      0,
      basis.reduce((sum, value, i) => sum + value * grey[i], 0),
    );
  });
  return shading;
}
