import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const bin = fileURLToPath(new URL('../../bin/turnaround.mjs', import.meta.url));
const run = (...args: string[]) => promisify(execFile)(process.execPath, args, { cwd: tmpdir() });

test('the command runs from any folder, straight from TypeScript', async () => {
  const { stdout, stderr } = await run(bin, '--version');
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect(stderr).toBe('');
});

test('its exit code reaches the shell', async () => {
  await expect(run(bin, 'frobnicate')).rejects.toMatchObject({ code: 2, stdout: '' });
});

test('a reader that has seen enough ends it without a complaint', async () => {
  const child = spawn(process.execPath, [bin, 'reconstruct', '--help'], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  const complaints: Buffer[] = [];
  child.stderr.on('data', (data: Buffer) => complaints.push(data));
  const [code] = await once(child, 'close');
  expect([code, Buffer.concat(complaints).toString()]).toEqual([0, '']);
});

test('an old Node is told apart from a broken program', async () => {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.0' } })`;
  const old = run('--import', `data:text/javascript,${encodeURIComponent(pretend)}`, bin, '--version');
  await expect(old).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/Node 18\.20\.0 is too old.*20\.19/),
  });
});
