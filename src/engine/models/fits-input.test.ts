import { describe, expect, it } from 'vitest';
import { fitsInput } from './fits-input.ts';

const model = {
  inputs: [{ name: 'picture', shape: ['N', 3, 128, 128], type: 'float32', range: 'sRGB 0..1' }],
};

describe('fitsInput', () => {
  it('takes the sizes of the manifest, and any where it names one', () => {
    expect(fitsInput(model, 'picture', [1, 3, 128, 128])).toBe(true);
    expect(fitsInput(model, 'picture', [7, 3, 128, 128])).toBe(true);
  });

  it('refuses another size, another rank and a name that is not there', () => {
    expect(fitsInput(model, 'picture', [1, 3, 128, 64])).toBe(false);
    expect(fitsInput(model, 'picture', [3, 128, 128])).toBe(false);
    expect(fitsInput(model, 'photo', [1, 3, 128, 128])).toBe(false);
  });
});
