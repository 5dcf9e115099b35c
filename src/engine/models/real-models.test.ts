import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { atlasLayout } from '../texture/atlas.ts';
import { ModelStore } from './store.ts';

/** The models that are shipped: those of the folder models/ of this repository. */
const store = await ModelStore.open(fileURLToPath(new URL('../../../models', import.meta.url)), 'auto');

/** The upsampler is not among them: without it, the neural view is as the generator draws it. */
const needed = [
  'segmenter',
  'encoder',
  'texture',
  'background',
  'mapper_content',
  'mapper_view',
  'generator',
];

afterAll(() => store.close());

describe('the shipped models', () => {
  it('are all that the engine needs', () => {
    expect(Object.keys(store.manifest.models)).toEqual(expect.arrayContaining(needed));
  });

  it.each(Object.keys(store.manifest.models))(
    '%s is the file of the manifest and reproduces its stored output',
    async (name) => {
      const { error, tolerance } = await store.check(name);
      expect(error).toBeLessThanOrEqual(tolerance);
      const { training_data, credits, licence, metrics } = store.manifest.models[name];
      expect(training_data.length).toBeGreaterThan(0);
      expect(credits.length).toBeGreaterThan(0);
      expect(licence).not.toBe('');
      expect(Array.isArray(metrics)).toBe(true);
    },
  );

  it('the template is one length long, stands on the ground and is symmetric in shape and atlas', async () => {
    const template = await store.template();
    expect([template.vertexCount, template.faceCount]).toEqual([2562, 5120]);
    const { vertices, mirror } = template;
    let [front, rear, ground] = [0, 0, 1];
    for (let v = 0; v < template.vertexCount; v++) {
      const other = mirror[v];
      expect(vertices[3 * other]).toBeCloseTo(-vertices[3 * v], 5);
      expect(vertices[3 * other + 2]).toBeCloseTo(vertices[3 * v + 2], 5);
      front = Math.max(front, vertices[3 * v + 2]);
      rear = Math.min(rear, vertices[3 * v + 2]);
      ground = Math.min(ground, vertices[3 * v + 1]);
    }
    expect(front - rear).toBeCloseTo(1, 4);
    expect(ground).toBeCloseTo(0, 4);
    const { covered, size, texels } = atlasLayout(template, 256);
    const alone = texels.filter((texel) => !covered[texel + size - 1 - 2 * (texel % size)]);
    expect(alone.length / texels.length).toBeLessThan(0.01);
  });

  it('the CPU proves right', async () => {
    await store.setProvider('cpu');
    expect(store.tried).toEqual([{ provider: 'cpu', milliseconds: expect.any(Number), reason: null }]);
  });
});
