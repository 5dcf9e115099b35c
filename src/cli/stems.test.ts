import { expect, test } from 'vitest';
import { stemsOf } from './stems.ts';

test('the file name without its extension', () => {
  expect(stemsOf(['a/car.jpg', 'my.red.car.PNG', '.hidden', 'plain'])).toEqual([
    'car',
    'my.red.car',
    '.hidden',
    'plain',
  ]);
});

test('names that collide get a suffix that collides with nothing', () => {
  expect(stemsOf(['a/car.jpg', 'b/car.png', 'c/CAR.jpg'])).toEqual(['car', 'car-2', 'CAR-3']);
  expect(stemsOf(['a/car.jpg', 'b/car.jpg', 'car-2.jpg'])).toEqual(['car', 'car-3', 'car-2']);
});

test('a name that is no folder name is replaced', () => {
  expect(stemsOf(['...'])).toEqual(['photo']);
});
