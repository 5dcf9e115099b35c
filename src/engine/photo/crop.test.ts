import { describe, expect, it } from 'vitest';
import { backgroundInput, cropOf, cropPicture, encoderInput, maskBox } from './crop.ts';

const [width, height] = [40, 30];

/** White from (10, 5) to (29, 14). */
function rectangleMask(): Uint8Array {
  const mask = new Uint8Array(width * height);
  for (let y = 5; y < 15; y++) mask.fill(255, y * width + 10, y * width + 30);
  return mask;
}

describe('cropOf', () => {
  it('is centred on the mask and 1.2 times its longer side', () => {
    expect(maskBox(rectangleMask(), width, height)).toEqual({ x: 10, y: 5, width: 20, height: 10 });
    expect(cropOf(rectangleMask(), width, height)).toEqual({ x: 8, y: -2, size: 24 });
  });

  it('refuses an empty mask', () => {
    expect(() => cropOf(new Uint8Array(width * height), width, height)).toThrow(
      expect.objectContaining({ code: 'no-car' }),
    );
  });
});

describe('cropPicture', () => {
  const rgb = new Uint8Array(width * height * 3).fill(51);
  const mask = rectangleMask();
  const picture = cropPicture({ width, height, rgb }, mask, cropOf(mask, width, height), 12);

  it('averages and marks what lies outside the photo', () => {
    expect([...picture.valid.subarray(0, 12)]).toEqual(new Array(12).fill(0));
    expect(picture.rgb[0]).toBe(0);
    expect(picture.valid[6 * 12 + 6]).toBe(1);
    expect(picture.rgb[(6 * 12 + 6) * 3]).toBeCloseTo(0.2, 6);
    // rows 3.5 .. 8.5 of 12 hold the car: half of row 3 is covered
    expect(picture.mask[3 * 12 + 6]).toBeCloseTo(0.5, 6);
    expect(picture.mask[4 * 12 + 6]).toBe(1);
  });

  it('gives the encoder the car and the background encoder the rest', () => {
    const [car, rest] = [encoderInput(picture), backgroundInput(picture)];
    expect([car.length, rest.length]).toEqual([5 * 144, 4 * 144]);
    const at = 3 * 12 + 6;
    expect(car[at]).toBeCloseTo(0.1, 6);
    expect(rest[at]).toBeCloseTo(0.1, 6);
    expect(car[3 * 144 + at]).toBeCloseTo(0.5, 6);
    expect(car[4 * 144 + at]).toBe(1);
    expect(car[4 * 12 + 6]).toBeCloseTo(0.2, 6);
    expect(rest[4 * 12 + 6]).toBe(0);
    // beyond the photo, and beside the car
    expect([rest[0], rest[3 * 144]]).toEqual([0, 1]);
    expect([rest[10 * 12], rest[3 * 144 + 10 * 12]]).toEqual([expect.closeTo(0.2, 6), 0]);
    // the first rows lie above the photo
    expect(rest[3 * 144 + 6]).toBe(1);
  });
});
