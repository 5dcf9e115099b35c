import { describe, expect, it } from 'vitest';
import { atlasLayout } from './atlas.ts';
import { type Layer, layOver } from './multi-band.ts';
import { boxTemplate, charts } from './test-box.ts';

const size = 512;
const layout = atlasLayout(boxTemplate(), size);

function filled(colour: readonly [number, number, number]): Uint8Array {
  return new Uint8Array(3 * size * size).map((_, i) => colour[i % 3]);
}

/** The largest difference of two atlases in the covered texels. */
function farthest(one: Uint8Array, two: Uint8Array): number {
  return layout.texels.reduce((most, texel) => {
    const apart = [0, 1, 2].map((k) => Math.abs(one[3 * texel + k] - two[3 * texel + k]));
    return Math.max(most, ...apart);
  }, 0);
}

/** The colours along the middle row of a chart, a texel within its ends. */
function middleRow(rgb: Uint8Array, name: keyof typeof charts): number[][] {
  const [u0, v0, u1, v1] = charts[name];
  const y = Math.floor(((v0 + v1) / 2) * size);
  const row: number[][] = [];
  for (let x = Math.ceil(u0 * size) + 1; x < Math.floor(u1 * size) - 1; x++) {
    row.push([...rgb.subarray(3 * (y * size + x), 3 * (y * size + x) + 3)]);
  }
  return row;
}

/** A layer of one colour on the left half of every chart that crosses the middle of the atlas. */
function leftHalf(colour: readonly [number, number, number], mirrored = false): Layer {
  const share = new Uint8Array(size * size).map((_, texel) => (texel % size < size / 2 ? 255 : 0));
  return { rgb: filled(colour), share, mirrored };
}

describe('layOver', () => {
  it('keeps a constant, whatever lies in the gutter', () => {
    const base = filled([120, 90, 60]);
    const layer = leftHalf([120, 90, 60]);
    for (const texel of layout.gutter) layer.rgb.fill(255, 3 * texel, 3 * texel + 3);
    layOver(layout, base, layer);
    expect(farthest(base, filled([120, 90, 60]))).toBe(0);
  });

  it('replaces the base where it is everywhere', () => {
    const rgb = new Uint8Array(3 * size * size).map((_, i) => (i * 7919) % 251);
    const base = filled([10, 200, 30]);
    layOver(layout, base, { rgb, share: new Uint8Array(size * size).fill(255), mirrored: false });
    expect(farthest(base, rgb)).toBeLessThanOrEqual(1);
  });

  it('leaves the base alone where it is nowhere', () => {
    const rgb = filled([200, 0, 0]);
    const base = filled([10, 200, 30]);
    layOver(layout, base, { rgb, share: new Uint8Array(size * size), mirrored: false });
    expect(farthest(base, filled([10, 200, 30]))).toBe(0);
  });

  it('turns a step of two colours into a slope without a seam that only falls', () => {
    const base = filled([60, 60, 60]);
    layOver(layout, base, leftHalf([180, 140, 60]));
    const row = middleRow(base, 'top');
    expect(row[0]).toEqual([180, 140, 60]);
    expect(row.at(-1)).toEqual([60, 60, 60]);
    for (let x = 1; x < row.length; x++) {
      expect(row[x][0]).toBeLessThanOrEqual(row[x - 1][0]);
      // the step alone would be 120
      expect(row[x - 1][0] - row[x][0]).toBeLessThan(20);
      expect(row[x][2]).toBe(60);
    }
  });

  it('keeps the finest detail of each side up to the border', () => {
    const checks = (i: number) => ((Math.floor(i / 3) % size) + Math.floor(i / 3 / size)) % 2;
    const base = filled([60, 60, 60]);
    const layer = leftHalf([180, 180, 180]);
    layer.rgb.forEach((value, i) => {
      layer.rgb[i] = value + 40 * checks(i) - 20;
    });
    layOver(layout, base, layer);
    const row = middleRow(base, 'top');
    const middle = row.length / 2;
    const contrast = (x: number) => Math.abs(row[x][0] - (row[x - 1][0] + row[x + 1][0]) / 2);
    expect(contrast(middle - 6)).toBeGreaterThan(30);
    expect(contrast(middle + 6)).toBeLessThan(5);
  });

  it('reads a mirrored layer on the other side', () => {
    const base = filled([60, 60, 60]);
    layOver(layout, base, leftHalf([180, 140, 60], true));
    expect(middleRow(base, 'right')[100]).toEqual([180, 140, 60]);
    expect(middleRow(base, 'left')[100]).toEqual([60, 60, 60]);
  });
});
