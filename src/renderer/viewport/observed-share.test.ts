import { expect, it } from 'vitest';
import { observedShare } from './observed-share.ts';

it('weighs faces by area and looks them up in the middle of their texture triangle', () => {
  const vertices = new Float32Array([0, 0, 0, 1, 0, 0, 0, 3, 0, 0, 0, 1]);
  const faces = new Uint32Array([0, 1, 2, 0, 3, 1]);
  const uv = new Float32Array([0, 0, 0.4, 0, 0, 0.4, 1, 1, 0.6, 1, 1, 0.6]);
  const grey = new Uint8Array([255, 0, 0, 0]);
  expect(observedShare(vertices, faces, uv, { size: 2, grey })).toBeCloseTo(0.75);
  grey.set([0, 0, 0, 51]);
  expect(observedShare(vertices, faces, uv, { size: 2, grey })).toBeCloseTo(0.05);
});
