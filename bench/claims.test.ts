import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Claims } from './claims.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'turnaround-claims-'));
});
afterEach(() => rm(folder, { recursive: true }));

it('gives each name to one of several, until all is forgotten', async () => {
  const [one, two] = [new Claims(join(folder, 'claims')), new Claims(join(folder, 'claims'))];
  await one.clear();
  const asked = await Promise.all([one, two, one, two].map((claims) => claims.claim('photos/00007')));
  expect(asked.filter((got) => got)).toHaveLength(1);
  expect(await two.claim('turntable/car00/1/true')).toBe(true);
  await one.clear();
  expect(await two.claim('photos/00007')).toBe(true);
});

it('fails where claims can not be written', async () => {
  await expect(new Claims(join(folder, 'missing')).claim('a')).rejects.toThrow('ENOENT');
});
