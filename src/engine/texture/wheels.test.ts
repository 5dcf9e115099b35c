import { describe, expect, it } from 'vitest';
import { partNames } from '../../shared/template.ts';
import { atlasLayout } from './atlas.ts';
import { boxTemplate } from './test-box.ts';
import { roundWheels } from './wheels.ts';

const size = 128;

describe('roundWheels', () => {
  it('gives hidden texels of a wheel the colour of their ring, seen where it is seen, and touches nothing else', () => {
    const template = boxTemplate();
    // the two faces of the box's left and right side stand for wheels
    template.parts.fill(partNames.indexOf('wheel_fl'), 0, 2);
    template.parts.fill(partNames.indexOf('wheel_fr'), 2, 4);
    const layout = atlasLayout(template, size);
    const guess = Float32Array.from({ length: 3 * size * size }, (_, i) => 0.3 + 0.2 * Math.sin(7 * i));
    const visibility = new Float32Array(size * size);
    const rgb = new Float32Array(3 * size * size);
    layout.texels.forEach((texel, k) => {
      if (layout.faces[k] >= 2) return;
      visibility[texel] = 1;
      rgb.fill(0.9, 3 * texel, 3 * texel + 3);
    });
    const known = visibility.slice();
    const out = roundWheels(guess, template, layout, { size, visibility, rgb }, known);
    layout.texels.forEach((texel, k) => {
      const hiddenWheel = layout.faces[k] === 2 || layout.faces[k] === 3;
      expect(out[3 * texel]).toBeCloseTo(hiddenWheel ? 0.9 : guess[3 * texel], 5);
    });
  });
});
