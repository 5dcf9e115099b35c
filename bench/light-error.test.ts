import { expect, it } from 'vitest';
import { linearToSrgb } from '../src/shared/colour.ts';
import { lightIn, stopsApart } from './light-error.ts';

const texels = [0, 1, 2, 3];

it('counts stops from one field of light to another, but not one exposure', () => {
  const light = [0.5, 0.5, 1, 2];
  const brighter = light.map((value) => 3 * value);
  expect(stopsApart(light, brighter, texels)).toBeCloseTo(0, 9);
  // two of four texels are a stop too bright
  expect(stopsApart([0.5, 0.5, 2, 4], light, texels)).toBeCloseTo(0.5, 9);
  expect(stopsApart([0, 0, 0, 0], light, texels)).toBeNull();
});

it('tells the light from what a surface of known albedo looks like', () => {
  const grey = (...values: number[]) =>
    Float32Array.from(
      values.flatMap((v) => [v, v, v]),
      linearToSrgb,
    );
  const light = lightIn(grey(0.2, 0.4, 0.001, 1), grey(0.4, 0.4, 0.001, 0.8));
  expect(light[0]).toBeCloseTo(0.5, 4);
  expect(light[1]).toBeCloseTo(1, 4);
  // too black, too bright to tell
  expect([...light.slice(2)]).toEqual([0, 0]);
});
