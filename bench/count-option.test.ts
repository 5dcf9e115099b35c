import { expect, it } from 'vitest';
import { countOption } from './count-option.ts';

it('reads whole numbers and refuses the rest by the name of the option', () => {
  expect([countOption('cars', '12'), countOption('cars', '0')]).toEqual([12, 0]);
  for (const text of ['', ' ', 'many', '1.5', '-1', 'Infinity']) {
    expect(() => countOption('cars', text)).toThrow('--cars must be a whole number of at least 0');
  }
  expect(() => countOption('repeats', '0', 1)).toThrow(
    "--repeats must be a whole number of at least 1, not '0'",
  );
});
