import { expect, it } from 'vitest';
import { fitInside, maskOverlay, rgbOf } from './mask-overlay.ts';

it('leaves the car clear, draws its border and darkens the rest', () => {
  const [width, height] = [7, 5];
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 1; y < 4; y++) for (let x = 1; x < 4; x++) data[(y * width + x) * 4] = 255;
  const out = maskOverlay({ width, height, data }, [1, 2, 3], 1, 150);
  const at = (x: number, y: number) => [...out.subarray((y * width + x) * 4, (y * width + x) * 4 + 4)];
  expect(at(2, 2)).toEqual([0, 0, 0, 0]);
  expect(at(1, 2)).toEqual([1, 2, 3, 255]);
  expect(at(0, 2)).toEqual([0, 0, 0, 150]);
  expect(at(6, 4)).toEqual([0, 0, 0, 150]);
});

it('reads computed colours', () => {
  expect(rgbOf('rgb(63, 191, 174)')).toEqual([63, 191, 174]);
  expect(rgbOf('transparent')).toEqual([128, 128, 128]);
});

it('fits a wide picture to the width and centres it', () => {
  expect(fitInside({ width: 200, height: 100 }, { width: 100, height: 100 })).toEqual({
    left: 0,
    top: 25,
    width: 100,
    height: 50,
  });
});
