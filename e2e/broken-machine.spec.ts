import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { defaultModelsDir } from '../src/engine/host/paths.ts';
import { openBrowserHost } from './harness/browser-host.ts';
import type { OpenHost } from './harness/host.ts';
import { carPhoto } from './harness/photos.ts';
import { StudioPage } from './harness/studio-page.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'turnaround-broken-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Imports a photo, sees an error that says all of `told`, and the open car still there. */
async function failsToImport(host: OpenHost, told: RegExp): Promise<void> {
  const studio = new StudioPage(host);
  await studio.ready();
  const before = await studio.carName;
  await studio.importPhoto(carPhoto);
  await studio.page.getByRole('alert').filter({ hasText: told }).waitFor({ timeout: 60_000 });
  expect(await studio.carName).toBe(before);
  expect(await studio.neuralPicture.isVisible()).toBe(true);
}

it('names a model whose hash differs, and keeps the open car', async () => {
  const models = join(folder, 'models');
  await mkdir(models);
  for (const name of await readdir(defaultModelsDir())) {
    await symlink(join(defaultModelsDir(), name), join(models, name));
  }
  const encoder = await readFile(join(defaultModelsDir(), 'encoder.onnx'));
  encoder[encoder.length - 1] ^= 1;
  await rm(join(models, 'encoder.onnx'));
  await writeFile(join(models, 'encoder.onnx'), encoder);
  const host = await openBrowserHost(join(folder, 'data'), ['--models', models]);
  try {
    await failsToImport(host, /encoder\.onnx.*(manifest|install)/i);
  } finally {
    await host.close();
  }
});

it.runIf(process.getuid?.() === 0 && process.platform === 'linux')(
  'says that the disk is full, and keeps the open car',
  async ({ skip }) => {
    const disk = join(folder, 'disk');
    await mkdir(disk);
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'none', disk], { stdio: 'ignore' });
    } catch {
      skip('mounting is not allowed here');
    }
    try {
      const host = await openBrowserHost(join(disk, 'data'));
      try {
        await new StudioPage(host).ready();
        await writeFile(join(disk, 'filler'), new Uint8Array(9e6)).catch(() => {});
        await failsToImport(host, /The disk is full.*Free some space/);
      } finally {
        await rm(join(disk, 'filler'), { force: true });
        await host.close();
      }
    } finally {
      execFileSync('umount', [disk]);
    }
  },
);
