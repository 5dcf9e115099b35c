import { execFile } from 'node:child_process';
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

test('an old Node is told apart from a broken program', async () => {
  const pretend = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.0' } })`;
  const old = run('--import', `data:text/javascript,${encodeURIComponent(pretend)}`, bin, '--version');
  await expect(old).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/Node 18\.20\.0 is too old.*20\.19/),
  });
});
