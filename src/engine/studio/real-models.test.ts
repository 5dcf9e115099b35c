import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { azimuthDifference, canonicalViewpoint } from '../../shared/viewpoint.ts';
import { validateGlb } from '../export/validate-glb.ts';
import { type OpenStudio, openStudio } from '../host/open-studio.ts';
import { defaultModelsDir, sampleProject } from '../host/paths.ts';
import { readManifest } from '../models/manifest.ts';
import { loadTemplate } from '../models/template.ts';
import { drawCar } from '../render/draw.ts';
import { encodePicture } from './pixels.ts';

/** The whole engine on the models in the tree: the template's own mean car, drawn over transparency, comes back in. */
const modelsDir = defaultModelsDir();
const [width, height, azimuthDeg] = [480, 360, 40];

let folder: string;
let studio: OpenStudio;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'turnaround-real-'));
  studio = await openStudio({ dataDir: folder, modelsDir, provider: 'cpu' });
});
afterAll(async () => {
  await studio.close();
  rmSync(folder, { recursive: true, force: true });
});

async function drawnCar(): Promise<Uint8Array> {
  const template = await loadTemplate(join(modelsDir, 'template.safetensors'));
  const [size, lengthMetres] = [64, 4.5];
  const rgb = new Uint8Array(3 * size * size).map((_value, i) => [150, 30, 25][i % 3]);
  const light = new Float32Array(27);
  light.fill(2.6, 0, 3).fill(0.9, 3, 6).fill(0.5, 9, 12);
  const car = {
    ...{ template, lengthMetres, light },
    offsets: new Float32Array(3 * template.vertexCount),
    texture: { size, rgb },
  };
  const viewpoint = canonicalViewpoint(azimuthDeg, 8, lengthMetres, [0, 0.17 * lengthMetres, 0]);
  const crop = { x: (width - height) / 2, y: 0, size: height };
  return encodePicture(drawCar(car, viewpoint, crop, width, height, { light: 'photo' }));
}

test('a drawn car comes back: mask from its alpha, a shape that fits, finer after refinement, valid exports', {
  timeout: 120_000,
}, async () => {
  const { document } = await studio.call('photo.import', { name: 'drawn.png', bytes: await drawnCar() });
  expect(document?.photo).toMatchObject({ maskSource: 'alpha', width, height });
  const before = document?.maskIoU.encoder ?? 0;
  expect(before).toBeGreaterThan(0.6);

  const other = await studio.call('viewpoint.flip', {});
  const turn = azimuthDifference(
    document?.viewpoint.azimuthDeg ?? 0,
    other.document?.viewpoint.azimuthDeg ?? 0,
  );
  expect(Math.abs(turn)).toBeGreaterThan(120);
  expect((await studio.call('document.undo', {})).document).toEqual(document);

  const refined = await studio.call('refine.start', { iterations: 20 });
  expect(refined.maskIoUAfter).toBeGreaterThanOrEqual(refined.maskIoUBefore - 0.01);
  await studio.call('refine.accept', {});

  const picture = await studio.call('neural.render', { azimuthDeg: 120, elevationDeg: 80 });
  const side = (await readManifest(modelsDir)).models.upsampler ? 256 : 128;
  expect(picture).toMatchObject({ width: side, height: side, elevationDeg: 30 });
  const draft = { azimuthDeg: 120, elevationDeg: 80, detail: 'draft' } as const;
  expect(await studio.call('neural.render', draft)).toMatchObject({ width: 128, height: 128 });
  const turned = await studio.call('neural.render', { azimuthDeg: 300, elevationDeg: 0 });
  expect(turned.rgba).not.toEqual(picture.rgba);

  const { bytes } = await studio.call('export.glb', { light: 'albedo' });
  expect((await validateGlb(bytes)).messages).toEqual([]);
  const status = await studio.call('studio.status', {});
  expect(status.provider).toBe('cpu');
  expect(status.models.map((model) => model.name)).toEqual(
    expect.arrayContaining(['encoder', 'generator', 'segmenter', 'texture']),
  );
  const project = await studio.call('project.save', {});
  expect((await studio.call('project.open', project)).document?.name).toBe('drawn');
});

test('a first start shows the sample car in every view', async () => {
  const dataDir = join(folder, 'first-start');
  const first = await openStudio({ dataDir, modelsDir, provider: 'cpu', sampleProject: sampleProject() });
  try {
    const { document } = await first.call('document.get', {});
    expect(document).not.toBeNull();
    const picture = await first.call('neural.render', { azimuthDeg: 30, elevationDeg: 10 });
    expect(picture.rgba.length).toBe(4 * picture.width * picture.height);
    expect((await first.call('export.glb', { light: 'baked' })).bytes.length).toBeGreaterThan(100_000);
  } finally {
    await first.close();
  }
});
