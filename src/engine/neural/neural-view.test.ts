import { describe, expect, it } from 'vitest';
import type { ModelTensors } from '../models/session.ts';
import type { ModelRunner } from '../models/store.ts';
import { NeuralView } from './neural-view.ts';

/**
 * Stands in for mappers, generator (2 x 2, its channels are the three styles) and upsampler (4 x 4, white). Keeps what it was
 * asked.
 */
function styles(): ModelRunner & { asked: [string, ModelTensors][] } {
  return {
    asked: [],
    async run(name, feeds) {
      this.asked.push([name, feeds]);
      if (name === 'mapper_content')
        return { w_content: { data: Float32Array.of(0.25, 0.5, 2), dims: [1, 1, 3] } };
      if (name === 'mapper_view') return { w_view: { data: feeds.viewpoint.data, dims: [1, 1, 3] } };
      if (name === 'upsampler')
        return { doubled: { data: new Float32Array(3 * 16).fill(1), dims: [1, 3, 4, 4] } };
      const data = new Float32Array(3 * 4).map((_, i) => feeds.w_plus.data[Math.floor(i / 4)]);
      return { picture: { data, dims: [1, 3, 2, 2] } };
    },
  };
}

const car = {
  offsets: new Float32Array(6),
  texture: { size: 128, rgb: new Uint8Array(3 * 128 * 128).map((_, i) => (i % 3 === 0 ? 255 : 51)) },
  background: new Float32Array(32),
};

const draft = { detail: 'draft' } as const;
const full = { detail: 'full' } as const;

/** Entry of an upsampler that was made for pictures of this side. */
const upsamplerOf = (side: number) => ({
  inputs: [{ name: 'picture', shape: ['N', 3, side, side], type: 'float32', range: 'sRGB 0..1' }],
});

describe('NeuralView', () => {
  it('maps the content once and the viewpoint for each picture', async () => {
    const models = styles();
    const view = await NeuralView.load(models, car);
    await view.render(0, 0, draft);
    await view.render(10, 5, draft);
    expect(models.asked.map(([name]) => name)).toEqual([
      'mapper_content',
      'mapper_view',
      'generator',
      'mapper_view',
      'generator',
    ]);
  });

  it('averages the texture to 64 texels, channel after channel', async () => {
    const models = styles();
    await NeuralView.load(models, car);
    const { data, dims } = models.asked[0][1].texture;
    expect(dims).toEqual([1, 3, 64, 64]);
    expect(data[0]).toBe(1);
    expect(data[64 * 64]).toBeCloseTo(0.2, 6);
    expect(data[3 * 64 * 64 - 1]).toBeCloseTo(0.2, 6);
  });

  it('adds both shares, clips, and answers in opaque RGBA', async () => {
    const view = await NeuralView.load(styles(), car);
    const { width, height, rgba } = await view.render(90, 0, draft);
    expect([width, height, rgba.length]).toEqual([2, 2, 16]);
    expect([...rgba.subarray(0, 4)]).toEqual([255, 128, 255, 255]);
  });

  it('clamps the elevation to what was trained and says so', async () => {
    const models = styles();
    const view = await NeuralView.load(models, car);
    expect((await view.render(0, 55, draft)).elevationDeg).toBe(30);
    expect((await view.render(0, -10, draft)).elevationDeg).toBe(0);
    expect(models.asked[1][1].viewpoint.data[2]).toBeCloseTo(Math.PI / 6, 5);
  });

  it('doubles a full picture, and leaves a draft as the generator made it', async () => {
    const models = styles();
    const view = await NeuralView.load(models, car, upsamplerOf(2));
    expect(await view.render(90, 0, draft)).toMatchObject({ width: 2, height: 2 });
    expect(models.asked.map(([name]) => name)).not.toContain('upsampler');
    const { width, height, rgba } = await view.render(90, 40, full);
    expect([width, height, rgba]).toEqual([4, 4, new Uint8Array(4 * 16).fill(255)]);
    const [[drawn], [doubler, { picture }]] = models.asked.slice(-2);
    expect([drawn, doubler, picture.dims]).toEqual(['generator', 'upsampler', [1, 3, 2, 2]]);
  });

  it.each([
    ['without an upsampler', undefined],
    ['with one for pictures of another size', upsamplerOf(128)],
  ])('%s gives the picture of the generator in full', async (_which, upsampler) => {
    const models = styles();
    const view = await NeuralView.load(models, car, upsampler);
    expect(await view.render(90, 0, full)).toEqual(await view.render(90, 0, draft));
    expect(models.asked.map(([name]) => name)).not.toContain('upsampler');
  });

  it('does not double what was cancelled while the generator drew', async () => {
    const [models, controller] = [styles(), new AbortController()];
    const { run } = models;
    models.run = (name, feeds) => {
      if (name === 'generator') controller.abort();
      return run.call(models, name, feeds);
    };
    const view = await NeuralView.load(models, car, upsamplerOf(2));
    const drawn = view.render(0, 0, { ...full, signal: controller.signal });
    await expect(drawn).rejects.toMatchObject({ code: 'cancelled' });
    expect(models.asked.at(-1)?.[0]).toBe('generator');
  });
});
