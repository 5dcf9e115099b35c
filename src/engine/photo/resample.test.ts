import { describe, expect, it } from 'vitest';
import { resample, shrinkBlocks } from './resample.ts';

const ramp = {
  width: 4,
  height: 2,
  channels: 1 as const,
  data: Uint8Array.of(0, 10, 20, 30, 100, 110, 120, 130),
};

describe('resample', () => {
  it('averages areas when shrinking', () => {
    const { values } = resample(ramp, { x: 0, y: 0, width: 4, height: 2 }, 2, 1);
    expect([...values]).toEqual([55, 75]);
  });

  it('weighs pixels that are partly covered', () => {
    const { values } = resample(ramp, { x: 0.5, y: 0, width: 3, height: 2 }, 1, 1);
    expect(values[0]).toBeCloseTo((0 * 0.5 + 10 + 20 + 30 * 0.5) / 3 + 50, 4);
  });

  it('interpolates between centres when enlarging', () => {
    const { values } = resample(ramp, { x: 0, y: 0, width: 4, height: 2 }, 8, 2);
    expect([...values.subarray(0, 8)]).toEqual([0, 2.5, 7.5, 12.5, 17.5, 22.5, 27.5, 30]);
  });

  it('enlarges in squares where asked to, so that halving gives the same as a coarser picture', () => {
    const region = { x: 0.5, y: 0, width: 3, height: 2 };
    const { values } = resample(ramp, region, 4, 1, 'box');
    const coarser = resample(ramp, region, 2, 1, 'box');
    [0, 1].forEach((i) => {
      expect((values[2 * i] + values[2 * i + 1]) / 2).toBeCloseTo(coarser.values[i], 4);
    });
    const squares = resample(ramp, { x: 0, y: 0, width: 4, height: 1 }, 8, 2, 'box').values;
    expect([...squares]).toEqual([0, 0, 10, 10, 20, 20, 30, 30, 0, 0, 10, 10, 20, 20, 30, 30]);
  });

  it('averages only what is inside, and says how much that was', () => {
    const { values, inside } = resample(ramp, { x: -6, y: 0, width: 12, height: 2 }, 3, 1);
    expect([...inside].map((share) => Math.round(share * 100))).toEqual([0, 50, 50]);
    expect([...values]).toEqual([0, 55, 75]);
  });

  it('treats three channels alike', () => {
    const data = new Float32Array(4 * 2 * 3);
    for (let i = 0; i < 8; i++) data.set([ramp.data[i], 2 * ramp.data[i], 3 * ramp.data[i]], 3 * i);
    const { values } = resample(
      { width: 4, height: 2, channels: 3, data },
      { x: 0, y: 0, width: 4, height: 2 },
      2,
      1,
    );
    expect([...values]).toEqual([55, 110, 165, 75, 150, 225]);
  });
});

describe('shrinkBlocks', () => {
  it('averages blocks from a place on', () => {
    const rgb = new Uint8Array(5 * 4 * 3);
    for (let i = 0; i < 20; i++) rgb.set([i, 2 * i, 100], 3 * i);
    // blocks of pixels 6, 7, 11, 12 and 8, 9, 13, 14
    expect([...shrinkBlocks({ width: 5, rgb }, 1, 1, 2, 1, 2)]).toEqual([9, 18, 100, 11, 22, 100]);
  });
});
