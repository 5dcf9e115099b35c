import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { fitMesh, startScene } from './fit-a-mesh.ts';
import { overTransparency } from './over-transparency.ts';
import { readPicture } from './read-picture.ts';

const docs = fileURLToPath(new URL('../../../../docs/', import.meta.url));

describe('docs/fit-a-mesh.md', () => {
  it('shows the whole of the example, word for word and in order', () => {
    const page = readFileSync(`${docs}fit-a-mesh.md`, 'utf8');
    const blocks = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1].trim());
    const source = readFileSync(new URL('./fit-a-mesh.ts', import.meta.url), 'utf8');
    expect(blocks.join('\n\n')).toBe(source.trim());
  });

  it('fits the mesh to the picture as its pictures show', async () => {
    const picture = await readPicture(`${docs}fit-a-mesh/picture.png`);
    const { scene, losses } = fitMesh(picture, 300);
    expect(losses[299]).toBeLessThan(0.015 * losses[0]);

    const rgba = overTransparency(scene);
    const before = overTransparency(startScene(picture.size));
    const iou = (drawn: Uint8Array) => {
      let [both, either] = [0, 0];
      picture.mask.forEach((m, p) => {
        both += Math.min(m, drawn[4 * p + 3] / 255);
        either += Math.max(m, drawn[4 * p + 3] / 255);
      });
      return both / either;
    };
    expect(iou(before)).toBeLessThan(0.85);
    expect(iou(rgba)).toBeGreaterThan(0.98);

    const shown = await sharp(`${docs}fit-a-mesh/fitted.png`).ensureAlpha().raw().toBuffer();
    const difference = rgba.reduce((sum, value, k) => sum + Math.abs(value - shown[k]), 0) / rgba.length;
    expect(difference).toBeLessThan(0.5);
  });
});
