import { expect, it } from 'vitest';
import { largestFileBytes } from '../shared/bridge.ts';
import { readFile } from './read-file.ts';

it('gives name and bytes, and a name to what has none', async () => {
  expect(await readFile(new File([new Uint8Array([1, 2])], 'car.jpg'))).toEqual({
    name: 'car.jpg',
    bytes: new Uint8Array([1, 2]),
  });
  expect((await readFile(new File([], ''))).name).toBe('Pasted photo.png');
});

it('says what is wrong with a folder, and with a file that no connection would carry', async () => {
  const folder = Object.assign(new File([], 'cars'), {
    arrayBuffer: () =>
      Promise.reject(new DOMException('A requested file could not be found.', 'NotFoundError')),
  });
  await expect(readFile(folder)).rejects.toMatchObject({
    code: 'file-not-readable',
    message: expect.stringMatching(/^cars can't be read/),
    remedy: expect.stringContaining('folder'),
  });
  const large = Object.defineProperty(new File([], 'film.tif'), 'size', { value: largestFileBytes + 1 });
  await expect(readFile(large)).rejects.toMatchObject({
    code: 'file-not-readable',
    message: expect.stringContaining('film.tif has 512 MB'),
  });
});
