import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Manifest } from './manifest.ts';
import { candidateProviders, fastest, parityError } from './providers.ts';
import { ModelStore } from './store.ts';
import { writeOnnx } from './test-onnx.ts';
import { writeSafetensors } from './test-safetensors.ts';

const folders: string[] = [];

afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
});

/** A folder with one model, the natural logarithm of two numbers, under the name `generator`. */
async function modelsFolder(change: (manifest: Manifest) => void = () => undefined): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'turnaround-models-'));
  folders.push(folder);
  const model = writeOnnx('Log', 2);
  await writeFile(join(folder, 'log.onnx'), model);
  const pair = writeSafetensors({
    x: { shape: [1, 2], data: Float32Array.of(1, Math.E) },
    y: { shape: [1, 2], data: Float32Array.of(0, 1) },
  });
  await writeFile(join(folder, 'pair.safetensors'), pair);
  const tensor = (name: string) => ({ name, shape: ['N', 2], type: 'float32', range: 'any' });
  const manifest: Manifest = {
    version: 1,
    template: { file: 'template.safetensors', sha256: '0'.repeat(64) },
    models: {
      generator: {
        file: 'log.onnx',
        sha256: createHash('sha256').update(model).digest('hex'),
        purpose: 'logarithm',
        inputs: [tensor('x')],
        outputs: [tensor('y')],
        training_data: 'none',
        credits: [],
        licence: 'none',
        metrics: [],
        parity: { file: 'pair.safetensors', tolerance: 1e-4 },
      },
    },
  };
  change(manifest);
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  return folder;
}

function generator(manifest: Manifest) {
  return manifest.models.generator;
}

describe('ModelStore', () => {
  it('runs a model by name, for any batch', async () => {
    const store = await ModelStore.open(await modelsFolder());
    const { y } = await store.run('generator', {
      x: { data: Float32Array.of(1, 1, Math.E, 1), dims: [2, 2] },
    });
    expect(y.dims).toEqual([2, 2]);
    [0, 0, 1, 0].forEach((value, i) => {
      expect(y.data[i]).toBeCloseTo(value, 5);
    });
    await store.close();
  });

  it('does not pass on what is not finite', async () => {
    const store = await ModelStore.open(await modelsFolder());
    await expect(
      store.run('generator', { x: { data: Float32Array.of(-1, 1), dims: [1, 2] } }),
    ).rejects.toMatchObject({ code: 'model-not-finite', message: expect.stringContaining('generator') });
    await store.close();
  });

  it('tells a wrong input from a wrong output', async () => {
    const store = await ModelStore.open(await modelsFolder());
    await expect(
      store.run('generator', { z: { data: Float32Array.of(1, 1), dims: [1, 2] } }),
    ).rejects.toMatchObject({ code: 'model-failed' });
    await store.close();
  });

  it('refuses a file whose content is not the one of the manifest, and names it', async () => {
    const store = await ModelStore.open(
      await modelsFolder((manifest) => {
        generator(manifest).sha256 = '1'.repeat(64);
      }),
    );
    await expect(
      store.run('generator', { x: { data: Float32Array.of(1, 1), dims: [1, 2] } }),
    ).rejects.toMatchObject({ code: 'model-hash', message: expect.stringContaining('log.onnx') });
  });

  it('names a file, a model or a manifest that is missing', async () => {
    const folder = await modelsFolder((manifest) => {
      generator(manifest).file = 'gone.onnx';
    });
    const store = await ModelStore.open(folder);
    const feeds = { x: { data: Float32Array.of(1, 1), dims: [1, 2] } };
    await expect(store.run('generator', feeds)).rejects.toMatchObject({
      code: 'model-missing',
      message: expect.stringContaining('gone.onnx'),
    });
    await expect(store.run('encoder', feeds)).rejects.toMatchObject({
      code: 'model-missing',
      message: expect.stringContaining('encoder'),
    });
    await expect(ModelStore.open(join(folder, 'nowhere'))).rejects.toMatchObject({ code: 'model-missing' });
  });

  it('refuses a manifest that points outside its folder', async () => {
    const folder = await modelsFolder((manifest) => {
      generator(manifest).file = '../../etc/passwd';
    });
    await expect(ModelStore.open(folder)).rejects.toMatchObject({ code: 'model-failed' });
  });

  it('serves from the CPU at once and keeps what was tried', async () => {
    const store = await ModelStore.open(await modelsFolder(), 'auto');
    expect(store.provider).toBe('cpu');
    expect(store.tried).toEqual([]);
    await store.setProvider('cpu');
    expect(store.tried).toHaveLength(1);
    expect(store.tried[0].milliseconds).toBeGreaterThan(0);
    await store.close();
  });

  it('uses no provider that does not reproduce the stored output', async () => {
    const folder = await modelsFolder();
    await writeFile(
      join(folder, 'pair.safetensors'),
      writeSafetensors({
        x: { shape: [1, 2], data: Float32Array.of(1, Math.E) },
        y: { shape: [1, 2], data: Float32Array.of(0, 1.5) },
      }),
    );
    await expect(ModelStore.open(folder, 'cpu')).rejects.toMatchObject({
      code: 'provider-unavailable',
      message: expect.stringContaining('differs from the stored output by 0.50'),
    });
  });

  it('says why a provider of another platform is not used', async () => {
    const absent = process.platform === 'win32' ? 'coreml' : 'dml';
    await expect(ModelStore.open(await modelsFolder(), absent)).rejects.toMatchObject({
      code: 'provider-unavailable',
    });
  });
});

describe('choice of a provider', () => {
  it('tries what the platform may have, the CPU always', () => {
    expect(candidateProviders('win32')).toEqual(['dml', 'webgpu', 'cpu']);
    expect(candidateProviders('darwin')).toEqual(['coreml', 'webgpu', 'cpu']);
    expect(candidateProviders('linux')).toEqual(['cuda', 'webgpu', 'cpu']);
    expect(candidateProviders('freebsd')).toEqual(['cpu']);
  });

  it('picks by time among those that proved right', () => {
    expect(
      fastest([
        { provider: 'cuda', milliseconds: null, reason: 'wrong' },
        { provider: 'webgpu', milliseconds: 90, reason: null },
        { provider: 'cpu', milliseconds: 30, reason: null },
      ]),
    ).toBe('cpu');
    expect(fastest([])).toBe('cpu');
  });

  it('takes a missing output as infinitely wrong', () => {
    const tensor = { data: Float32Array.of(1), dims: [1] };
    const pair = { inputs: {}, outputs: { y: tensor }, tolerance: 1 };
    expect(parityError(pair, { y: { data: Float32Array.of(1.25), dims: [1] } })).toBe(0.25);
    expect(parityError(pair, {})).toBe(Number.POSITIVE_INFINITY);
  });
});
