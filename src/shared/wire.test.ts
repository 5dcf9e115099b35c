import { expect, it } from 'vitest';
import { decodeMessage, encodeMessage } from './wire.ts';

it('carries numbers, text, null and every typed array that the API uses', () => {
  const message = {
    id: 7,
    text: 'Käfer',
    nothing: null,
    bytes: new Uint8Array([1, 2, 255]),
    floats: new Float32Array([0.5, -1e-9, 3e8]),
    doubles: new Float64Array([Math.PI]),
    faces: new Uint32Array([0, 2 ** 32 - 1]),
    signed: new Int32Array([-5]),
  };
  expect(decodeMessage(encodeMessage(message))).toEqual(message);
});

it('takes a view into a larger buffer, as pooled Node buffers are', () => {
  const large = new Float32Array([9, 1, 2, 9]);
  expect(decodeMessage(encodeMessage(large.subarray(1, 3)))).toEqual(new Float32Array([1, 2]));
});

it('leaves out what is undefined, so that optional fields validate', () => {
  expect(decodeMessage(encodeMessage({ a: 1, b: undefined }))).toEqual({ a: 1 });
});

it('throws on garbage', () => {
  expect(() => decodeMessage(new Uint8Array([0xc1]))).toThrow();
});

it('decodes from a pooled Node buffer, whose slice() would not copy', () => {
  const pooled = Buffer.from(encodeMessage({ floats: new Float32Array([1, 2]) }));
  expect(decodeMessage(pooled)).toEqual({ floats: new Float32Array([1, 2]) });
});
