import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { defaultModelsDir } from '../host/paths.ts';
import { tryApart } from './try-apart.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'turnaround-trial-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function entry(source: string): URL {
  const file = join(folder, 'trial.js');
  writeFileSync(file, source);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  return pathToFileURL(file);
}

it('times a provider that proves right on the real models', async () => {
  const trial = await tryApart(defaultModelsDir(), 'cpu');
  expect(trial).toMatchObject({ provider: 'cpu', reason: null });
  expect(trial.milliseconds).toBeGreaterThan(0);
});

it('tells how the process of a provider ended that brings it down, and drops what it wrote', async () => {
  const crash = entry(
    `console.error('VK_ERROR'); process.kill(process.pid, 'SIGSEGV'); setTimeout(() => {}, 9e3);`,
  );
  expect(await tryApart('', 'webgpu', { entry: crash })).toEqual({
    provider: 'webgpu',
    milliseconds: null,
    reason: 'its trial ended with SIGSEGV',
  });
  const refusal = await tryApart('', 'webgpu', { entry: entry('process.exit(3);') });
  expect(refusal.reason).toBe('its trial ended with exit code 3');
});

it('gives up on a provider that hangs, and when it is told to', async () => {
  const hang = entry('setInterval(() => {}, 1000);');
  expect((await tryApart('', 'webgpu', { entry: hang, limit: 300 })).reason).toBe(
    'gave no picture within 0.3 s',
  );
  const controller = new AbortController();
  const trial = tryApart('', 'webgpu', { entry: hang, signal: controller.signal });
  controller.abort();
  expect((await trial).reason).toMatch(/closed/);
});
