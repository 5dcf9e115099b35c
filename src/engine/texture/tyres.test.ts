import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { linearToSrgb, srgbToLinear } from '../../shared/colour.ts';
import { partNames } from '../../shared/template.ts';
import { loadTemplate } from '../models/template.ts';
import { atlasLayout } from './atlas.ts';
import { likelyTyre, withLikelyTyres } from './tyres.ts';
import { wheelRadii } from './wheels.ts';

const template = await loadTemplate(
  fileURLToPath(new URL('../../../models/template.safetensors', import.meta.url)),
);
const size = 256;
const layout = atlasLayout(template, size);

describe('likelyTyre', () => {
  it('brings pale and black tyres to the luminance of rubber, most of the way', () => {
    for (const seen of [0.005, 0.025, 0.3]) {
      const grey = srgbToLinear(likelyTyre([seen, seen, seen].map(linearToSrgb), 0.9)[0]);
      expect(Math.log(grey / 0.025)).toBeCloseTo(0.2 * Math.log(seen / 0.025), 3);
    }
  });

  it('keeps the hue', () => {
    const [r, g, b] = likelyTyre([0.1, 0.2, 0.3].map(linearToSrgb), 0.8).map(srgbToLinear);
    expect([g / r, b / r]).toEqual([expect.closeTo(2, 3), expect.closeTo(3, 3)]);
  });
});

describe('likelyTyre between small and large rims', () => {
  const grey = (luminance: number, radius: number) =>
    srgbToLinear(likelyTyre([luminance, luminance, luminance].map(linearToSrgb), radius)[0]);

  it('takes what is dark for tyre and what is bright for rim', () => {
    expect(grey(0.06, 0.65)).toBeLessThan(0.035);
    expect(grey(0.3, 0.65)).toBeCloseTo(0.3, 5);
    expect(grey(0.06, 0.5)).toBeCloseTo(0.06, 5);
  });
});

describe('withLikelyTyres', () => {
  const wheels = ['wheel_fl', 'wheel_fr', 'wheel_rl', 'wheel_rr'] as const;
  const ofWheel = (k: number) =>
    wheels.some((name) => template.parts[layout.faces[k]] === partNames.indexOf(name));

  it('changes tyres alone, not the rims of the wheels', () => {
    const rgb = new Uint8Array(3 * size * size).fill(150);
    const changed = withLikelyTyres(template, layout, rgb);
    const radii = wheelRadii(template, layout);
    const [dark, kept, elsewhere] = [[], [], []] as number[][];
    layout.texels.forEach((texel, k) => {
      const to = !ofWheel(k) ? elsewhere : radii[texel] > 0.76 ? dark : radii[texel] < 0.54 ? kept : null;
      to?.push(changed[3 * texel]);
    });
    expect(dark.length).toBeGreaterThan(1000);
    expect(kept.length).toBeGreaterThan(500);
    expect(Math.max(...dark)).toBeLessThan(62);
    expect(new Set(kept)).toEqual(new Set([150]));
    expect(new Set(elsewhere)).toEqual(new Set([150]));
  });
});
