import { expect, it } from 'vitest';
import { assetCache } from './asset-cache.ts';

it('fetches a hash once, lets the least recently used go, and retries after a failure', async () => {
  const fetched: string[] = [];
  let fail = true;
  const cache = assetCache(async (hash) => {
    fetched.push(hash);
    if (hash === 'bad' && fail) throw new Error('gone');
    return { bytes: new Uint8Array(40), type: 'image/png' };
  }, 100);
  await Promise.all([cache.get('a'), cache.get('a')]);
  await cache.get('b');
  await cache.get('a');
  await cache.get('c');
  await cache.get('a');
  expect(fetched).toEqual(['a', 'b', 'c']);
  await cache.get('b');
  expect(fetched).toEqual(['a', 'b', 'c', 'b']);

  await expect(cache.get('bad')).rejects.toThrow('gone');
  fail = false;
  await expect(cache.get('bad')).resolves.toMatchObject({ type: 'image/png' });
});
