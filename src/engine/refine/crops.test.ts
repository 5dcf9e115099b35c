import { describe, expect, it } from 'vitest';
import { StudioError } from '../../shared/errors.ts';
import { carLikeTemplate } from '../render/test-car.ts';
import { finalLook, fitInput } from './crops.ts';
import { knownPhotos } from './test-photo.ts';
import type { RefineInput } from './types.ts';

const { input, view } = knownPhotos(carLikeTemplate(1), 4, 10);

function withCrop(size: number): RefineInput {
  return { ...input, views: [{ ...view, crop: { ...view.crop, size } }] };
}

describe('fitInput', () => {
  it('asks for no pixels but the mask', () => {
    const never = new Promise<never>(() => {});
    const photo = { ...view.photo, rgb: never };
    const { views, offsets } = fitInput({ ...input, texture: never, views: [{ ...view, photo }] }, 10);
    expect(offsets).toBe(input.offsets);
    expect(views.map(({ outline }) => [outline.size, outline.mask.length, outline.valid.length])).toEqual([
      [256, 65_536, 65_536],
    ]);
    const share = views[0].outline.mask.reduce((sum, value) => sum + value, 0) / 65_536;
    const covered = view.mask.reduce((sum, value) => sum + value, 0) / (255 * view.crop.size ** 2);
    expect(share).toBeCloseTo(covered, 4);
  });

  it('refuses what can not be refined', () => {
    const bare = { ...view, mask: new Uint8Array(view.mask.length) };
    expect(() => fitInput({ ...input, views: [bare] }, 10)).toThrow('The mask shows no car.');
    expect(() => fitInput(input, 0)).toThrow('0 iterations');
  });
});

describe('finalLook', () => {
  it("measures the outline at the photo's resolution, from 64 to 1024 pixels", async () => {
    for (const [size, side] of [
      [280, 280],
      [30.2, 64],
      [5000, 1024],
    ]) {
      const [{ outline, colours }] = (await finalLook(withCrop(size))).views;
      expect(outline.size).toBe(side);
      expect(colours.length).toBe(3 * 128 * 128);
    }
  });

  it('sees the colours of the crop', async () => {
    const grey = { ...view.photo, rgb: Promise.resolve(new Uint8Array(view.photo.rgb.length).fill(51)) };
    const { texture, views } = await finalLook({ ...input, views: [{ ...view, photo: grey }] });
    expect(texture).toBe(input.texture);
    const middle = 3 * (64 * 128 + 64);
    for (const value of views[0].colours.subarray(middle, middle + 3)) expect(value).toBeCloseTo(0.2, 6);
  });

  it('tells what keeps the pixels from coming, which nobody else need hear before', async () => {
    const gone = Promise.reject(new StudioError('asset-missing', 'Gone.', 'Undo.'));
    const late = { ...input, views: [{ ...view, photo: { ...view.photo, rgb: gone } }] };
    fitInput(late, 10);
    await new Promise((resolve) => setTimeout(resolve, 10));
    await expect(finalLook(late)).rejects.toMatchObject({ code: 'asset-missing' });
  });
});
