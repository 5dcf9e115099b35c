import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { lockFolder } from '../engine/project/folder-lock.ts';
import { runBrowserHost } from './main.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'turnaround-host-'));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(dataDir, { recursive: true, force: true });
});

it('ends at once, and leaves the library to others, when it was told to end while the engine opened', {
  timeout: 120_000,
}, async () => {
  const print = vi.spyOn(console, 'log').mockImplementation(() => {});
  await runBrowserHost({ dataDir, provider: 'cpu', signal: AbortSignal.abort() });
  expect(print).not.toHaveBeenCalled();
  const release = await lockFolder(dataDir);
  await release();
});

it('says that another host has the library', async () => {
  const release = await lockFolder(dataDir);
  const { signal } = new AbortController();
  await expect(runBrowserHost({ dataDir, provider: 'cpu', signal })).rejects.toMatchObject({
    code: 'library-in-use',
    message: expect.stringContaining(dataDir),
  });
  await release();
});
