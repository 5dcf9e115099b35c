import { describe, expect, it } from 'vitest';
import type { StoredTensor } from './safetensors.ts';
import { parseTemplate } from './template.ts';
import { writeSafetensors } from './test-safetensors.ts';

/** A tetrahedron that is its own mirror image; vertices 0 and 1 change sides. */
function tetrahedron(): Record<string, StoredTensor> {
  return {
    vertices: { shape: [4, 3], data: Float32Array.of(0.2, 0, -0.5, -0.2, 0, -0.5, 0, 0, 0.5, 0, 0.3, 0) },
    faces: { shape: [4, 3], data: Int32Array.of(0, 2, 1, 0, 1, 3, 1, 2, 3, 2, 0, 3) },
    uv: { shape: [4, 3, 2], data: new Float32Array(24).fill(0.5) },
    mirror: { shape: [4], data: Int32Array.of(1, 0, 2, 3) },
    parts: { shape: [4], data: Uint8Array.of(0, 1, 2, 7) },
    basis: { shape: [2, 4, 3], data: new Float32Array(24) },
  };
}
const metadata = { length_metres: '{"sedan":4.7}' };

describe('parseTemplate', () => {
  it('reads a sound template', () => {
    const template = parseTemplate(writeSafetensors(tetrahedron(), metadata), 'mesh');
    expect(template).toMatchObject({ vertexCount: 4, faceCount: 4, coefficientCount: 2 });
    expect(template.typicalLengths).toEqual({ sedan: 4.7 });
    expect(template.faces).toBeInstanceOf(Uint32Array);
  });

  it.each([
    ['a face outside the mesh', 'faces', (data: Int32Array) => data.fill(4, 0, 1), /faces points outside/],
    ['a mirror that is not an involution', 'mirror', (data: Int32Array) => data.set([1, 2, 0, 3]), /inverse/],
    ['a uv outside the atlas', 'uv', (data: Float32Array) => data.fill(1.5, 0, 1), /uv leaves/],
    [
      'a vertex that is not finite',
      'vertices',
      (data: Float32Array) => data.fill(Number.NaN, 0, 1),
      /finite/,
    ],
    ['an unknown part', 'parts', (data: Uint8Array) => data.fill(8, 0, 1), /unknown part/],
  ])('refuses %s', (_kind, key, spoil, message) => {
    const tensors = tetrahedron();
    spoil(tensors[key].data as never);
    expect(() => parseTemplate(writeSafetensors(tensors, metadata), 'mesh')).toThrow(message);
  });

  it('refuses a template without lengths', () => {
    expect(() => parseTemplate(writeSafetensors(tetrahedron()), 'mesh')).toThrow(/length_metres/);
  });
});
