import { describe, expect, it } from 'vitest';
import { parseSafetensors } from './safetensors.ts';
import { writeSafetensors } from './test-safetensors.ts';

const sound = {
  numbers: { shape: [2, 2], data: Float32Array.of(1, -2.5, 3, 4) },
  flags: { shape: [3], data: Uint8Array.of(7, 8, 9) },
  indices: { shape: [2], data: Int32Array.of(-1, 5) },
};

describe('parseSafetensors', () => {
  it('reads tensors at any alignment, and the metadata', () => {
    const bytes = writeSafetensors(sound, { note: 'car' });
    const shifted = Buffer.concat([Buffer.of(0), bytes]).subarray(1);
    const { tensors, metadata } = parseSafetensors(shifted, 'file');
    expect(metadata).toEqual({ note: 'car' });
    expect(tensors.get('numbers')).toEqual(sound.numbers);
    expect(tensors.get('flags')).toEqual(sound.flags);
    expect(tensors.get('indices')).toEqual(sound.indices);
  });

  it.each([
    ['cut in its header', (bytes: Uint8Array) => bytes.subarray(0, 20)],
    ['cut in its data', (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 1)],
    ['empty', () => new Uint8Array(0)],
    ['with another shape', () => writeSafetensors({ a: { shape: [3], data: Float32Array.of(1, 2) } })],
    ['with a broken header', (bytes: Uint8Array) => bytes.map((byte, i) => (i === 8 ? 0x21 : byte))],
  ])('refuses a file %s, by its name', (_kind, spoil) => {
    expect(() => parseSafetensors(spoil(writeSafetensors(sound)), 'mesh.safetensors')).toThrow(
      expect.objectContaining({ code: 'model-failed', message: expect.stringContaining('mesh.safetensors') }),
    );
  });
});
