import { expect, it } from 'vitest';
import { atlasLayout } from '../src/engine/texture/atlas.ts';
import { boxTemplate, charts } from '../src/engine/texture/test-box.ts';
import { ambientLight } from '../src/shared/spherical-harmonics.ts';
import { texelShading } from './texel-shading.ts';

it('shades every covered texel by its normal', () => {
  const template = boxTemplate();
  const layout = atlasLayout(template, 64);
  const offsets = new Float32Array(template.vertices.length);
  const even = texelShading({ template, offsets, light: ambientLight() }, layout);
  const covered = [...layout.texels].map((texel) => even[texel]);
  expect(Math.min(...covered)).toBeCloseTo(1, 5);
  expect(Math.max(...covered)).toBeCloseTo(1, 5);

  const fromAbove = ambientLight();
  fromAbove.fill(1, 3, 6);
  const shading = texelShading({ template, offsets, light: fromAbove }, layout);
  const middleOf = ([left, top, right, bottom]: readonly [number, number, number, number]) =>
    Math.floor(32 * (top + bottom)) * 64 + Math.floor(32 * (left + right));
  expect(shading[middleOf(charts.top)]).toBeGreaterThan(shading[middleOf(charts.left)] + 0.1);
  expect(shading[middleOf(charts.bottom)]).toBeLessThan(shading[middleOf(charts.left)] - 0.1);
});
