import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { ambientLight } from '../../shared/spherical-harmonics.ts';
import { ModelStore } from '../models/store.ts';
import { atlasLayout } from './atlas.ts';
import { withNeuralEvidence } from './neural-evidence.ts';
import { bodywork } from './repaint.ts';

const store = await ModelStore.open(fileURLToPath(new URL('../../../models', import.meta.url)), 'cpu');
const template = await store.template();
afterAll(() => store.close());

const size = 128;
const layout = atlasLayout(template, size);
const body = bodywork(template, layout);
const car = {
  template,
  offsets: new Float32Array(template.vertices.length),
  lengthMetres: 4.5,
  light: ambientLight(),
};
/** All in one grey-blue paint. */
const guess = new Float32Array(3 * size * size).map((_, i) => [0.4, 0.5, 0.6][i % 3]);

/** Mean brightness of the covered texels of a part. */
function brightness(rgb: Float32Array, part: number): number {
  const values: number[] = [];
  layout.texels.forEach((texel, k) => {
    if (template.parts[layout.faces[k]] === part) values.push(rgb[3 * texel + 1]);
  });
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

describe('withNeuralEvidence', () => {
  it('keeps a guess of which everything is known', async () => {
    const known = new Float32Array(size * size).fill(1);
    expect(await withNeuralEvidence(store, guess, { car, layout, known, body })).toEqual(guess);
  });

  it('darkens tyres as the generator knows them, and keeps known texels and the paint', async () => {
    const known = new Float32Array(size * size);
    for (let y = 0; y < size; y++) known.fill(1, y * size, y * size + size / 2);
    const drawn = await withNeuralEvidence(store, guess, { car, layout, known, body });
    for (const texel of layout.texels.filter((t) => known[t] === 1)) {
      for (let i = 3 * texel; i < 3 * texel + 3; i++)
        if (drawn[i] !== guess[i]) expect.fail(`texel ${texel}`);
    }
    const [bodyPart, wheelOnTheRight] = [0, 3];
    expect(brightness(drawn, wheelOnTheRight)).toBeLessThan(0.95 * brightness(guess, wheelOnTheRight));
    expect(Math.abs(brightness(drawn, bodyPart) - brightness(guess, bodyPart))).toBeLessThan(0.03);
  });

  it('ends when it is cancelled', async () => {
    const known = new Float32Array(size * size);
    const request = { car, layout, known, body, signal: AbortSignal.abort() };
    await expect(withNeuralEvidence(store, guess, request)).rejects.toMatchObject({ code: 'cancelled' });
  });
});
