import { describe, expect, it } from 'vitest';
import { repaint } from './repaint.ts';

const size = 16;
const count = size * size;

describe('repaint', () => {
  // the upper half shows grey paint, the lower half is guessed: purple, a little darker in its last row but one, much in its last
  const visibility = Float32Array.from({ length: count }, (_, t) => (t < count / 2 ? 1 : 0));
  const rgb = new Float32Array(3 * count).map((_, i) => (visibility[Math.floor(i / 3)] > 0 ? 0.9 : 0));
  const guess = new Float32Array(3 * count).map((_, i) => {
    const row = Math.floor(i / 3 / size);
    const shade = row === size - 1 ? 0.3 : row === size - 2 ? 0.8 : 1;
    return shade * [0.4, 0.2, 0.5][i % 3];
  });
  const known = visibility.slice();
  const last = 3 * (count - 1);
  const shaded = 3 * (count - 2 * size);
  const hidden = 3 * (count - 3 * size);

  it('gives hidden bodywork the hue of the paint and the shades of the guess', () => {
    const body = new Float32Array(count).fill(1);
    const out = repaint(guess, { size, visibility, rgb }, body, known);
    for (let channel = 0; channel < 3; channel++) {
      expect(out[hidden + channel]).toBeCloseTo(0.9, 5);
      expect(out[last + channel]).toBeCloseTo(0.27, 5);
      expect(out[channel]).toBe(guess[channel]);
    }
  });

  it('takes a slight shade for shading', () => {
    const out = repaint(guess, { size, visibility, rgb }, new Float32Array(count).fill(1), known);
    expect(out[shaded]).toBeCloseTo(0.9, 5);
  });

  it('leaves what is no bodywork as it was guessed', () => {
    const out = repaint(guess, { size, visibility, rgb }, new Float32Array(count), known);
    expect(out).toEqual(guess);
  });
});
