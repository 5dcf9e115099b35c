import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { lockFolder } from './folder-lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turnaround-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a folder that can not be made is told as such', async () => {
  writeFileSync(join(folder, 'file'), '');
  await expect(lockFolder(join(folder, 'file', 'data'))).rejects.toMatchObject({ code: 'file-not-writable' });
});

// what is not Linux or Windows takes a socket file; Linux can stand in for it
const platforms = (['linux', 'darwin'] as const).filter(
  (name) => name === 'darwin' || name === process.platform,
);
describe.skipIf(process.platform === 'win32').each(platforms)('as on %s', (platform) => {
  test('one holder at a time, by whatever name the folder is called', async () => {
    const data = join(folder, 'a', 'data');
    const release = await lockFolder(data, platform);
    symlinkSync(data, join(folder, 'link'));
    await expect(lockFolder(join(folder, 'link'), platform)).rejects.toMatchObject({
      code: 'library-in-use',
      message: expect.stringContaining(`process ${process.pid}`),
      remedy: expect.stringContaining('TURNAROUND_DATA'),
    });
    const other = await lockFolder(join(folder, 'b'), platform);
    await other();
    await release();
    const again = await lockFolder(data, platform);
    await again();
  });

  test('a holder that was killed holds nothing any more', async () => {
    const program = join(folder, 'hold.mjs');
    const here = (name: string) => JSON.stringify(new URL(name, import.meta.url).href);
    writeFileSync(
      program,
      `await import(${here('../workers/register-tsx.mjs')});
       const { lockFolder } = await import(${here('./folder-lock.ts')});
       await lockFolder(${JSON.stringify(join(folder, 'data'))}, '${platform}');
       console.log('held');
       setInterval(() => {}, 1000);`,
    );
    const child = spawn(process.execPath, [program], { stdio: ['ignore', 'pipe', 'inherit'] });
    try {
      await once(child.stdout, 'data');
      await expect(lockFolder(join(folder, 'data'), platform)).rejects.toMatchObject({
        message: expect.stringContaining(`process ${child.pid}`),
      });
    } finally {
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    const release = await lockFolder(join(folder, 'data'), platform);
    await release();
  });
});
