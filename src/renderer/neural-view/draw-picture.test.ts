import { expect, it } from 'vitest';
import { extendedPatches } from './draw-picture.ts';

it('covers the whole square around the picture once, the picture itself last', () => {
  const patches = extendedPatches(128, 100, 80);
  expect(patches.length).toBe(9);
  const area = patches.reduce((sum, { target: [, , width, height] }) => sum + width * height, 0);
  expect(area).toBeCloseTo(160 * 160);
  expect(patches.at(-1)).toEqual({ source: [0, 0, 128, 128], target: [-50, -50, 100, 100] });
});

it('stretches the right border to the right', () => {
  const right = extendedPatches(128, 100, 80).find(({ target: [x, y] }) => x === 50 && y === -50);
  expect(right).toEqual({ source: [126, 0, 2, 128], target: [50, -50, 30, 100] });
});

it('needs no borders when the picture covers everything', () => {
  expect(extendedPatches(128, 400, 150).length).toBe(1);
});
