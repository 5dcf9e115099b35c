import { expect, it } from 'vitest';
import { borderColour, extendPicture } from './extend-picture.ts';

const grey = (values: number[]) => Uint8Array.from(values.flatMap((value) => [value, value, value, 255]));
const picture = { width: 2, height: 2, rgba: grey([10, 20, 30, 40]) };

it('puts the picture in the middle and stretches its borders outwards', () => {
  const data = extendPicture(picture);
  const reds = [0, 1, 2, 3].map((y) => [0, 1, 2, 3].map((x) => data[(y * 4 + x) * 4]));
  expect(reds).toEqual([
    [10, 10, 20, 20],
    [10, 10, 20, 20],
    [30, 30, 40, 40],
    [30, 30, 40, 40],
  ]);
});

it('fills the rest with the mean of the border', () => {
  expect(borderColour(picture)).toBe('rgb(25 25 25)');
});
