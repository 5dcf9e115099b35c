import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, truncateSync, utimesSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { AssetStore, hashOf } from './asset-store.ts';
import { writeAtomically, writeDurably } from './atomic-write.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turnaround-assets-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const bytes = new TextEncoder().encode('a wheel');
const files = () =>
  readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

test('gives back what was stored, once per content', async () => {
  const store = new AssetStore(folder);
  const hash = await store.put(bytes);
  expect(await store.put(bytes.slice())).toBe(hash);
  expect(hash).toBe(hashOf(bytes));
  expect(await store.get(hash)).toEqual(bytes);
  expect(files()).toHaveLength(1);
});

test('a damaged or lost file is said to be missing, and storing it again repairs it', async () => {
  const store = new AssetStore(folder);
  const hash = await store.put(bytes);
  truncateSync(join(folder, hash.slice(0, 2), hash), 3);
  await expect(store.get(hash)).rejects.toMatchObject({ code: 'asset-missing' });
  await store.put(bytes);
  expect(await store.get(hash)).toEqual(bytes);
  await expect(store.get('0'.repeat(64))).rejects.toMatchObject({ code: 'asset-missing' });
});

test('collects what no document needs, but not what is young', async () => {
  const store = new AssetStore(folder);
  const [kept, old, young] = await Promise.all(
    ['kept', 'old', 'young'].map((text) => store.put(new TextEncoder().encode(text))),
  );
  const yesterday = new Date(Date.now() - 86_400_000);
  for (const hash of [kept, old]) utimesSync(join(folder, hash.slice(0, 2), hash), yesterday, yesterday);
  expect(await store.collect(new Set([kept]), Date.now() - 3_600_000)).toBe(1);
  await expect(store.get(old)).rejects.toMatchObject({ code: 'asset-missing' });
  expect(await store.get(kept)).toBeTruthy();
  expect(await store.get(young)).toBeTruthy();
});

test('an asset that is stored again counts as young', async () => {
  const store = new AssetStore(folder);
  const hash = await store.put(bytes);
  const yesterday = new Date(Date.now() - 86_400_000);
  utimesSync(join(folder, hash.slice(0, 2), hash), yesterday, yesterday);
  await store.put(bytes);
  expect(await store.collect(new Set(), Date.now() - 3_600_000)).toBe(0);
});

test('a write that runs out of space leaves the old file and nothing half-written', async () => {
  const path = join(folder, 'car.json');
  await writeAtomically(path, bytes);
  const full = async (temporary: string, data: Uint8Array) => {
    await writeDurably(temporary, data.subarray(0, 2));
    throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
  };
  await expect(writeAtomically(path, new Uint8Array(9), full)).rejects.toMatchObject({ code: 'disk-full' });
  expect(readdirSync(folder)).toEqual(['car.json']);
});

test.runIf(process.getuid?.() === 0 && process.platform === 'linux')(
  'a disk that is really full',
  async () => {
    const disk = join(folder, 'disk');
    mkdirSync(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'none', disk], { stdio: 'ignore' });
    } catch {
      return; // containers without the right to mount are covered by the injected failure above
    }
    try {
      const store = new AssetStore(disk);
      const small = await store.put(bytes);
      await expect(store.put(new Uint8Array(2 ** 21))).rejects.toMatchObject({ code: 'disk-full' });
      expect(await store.get(small)).toEqual(bytes);
      expect(readdirSync(disk, { recursive: true }).filter((name) => String(name).endsWith('.tmp'))).toEqual(
        [],
      );
    } finally {
      execFileSync('umount', [disk]);
    }
  },
);
