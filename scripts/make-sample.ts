import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { withEngine } from '../src/cli/engine.ts';
import { defaultModelsDir, sampleProject } from '../src/engine/host/paths.ts';
import { ModelStore } from '../src/engine/models/store.ts';
import { NeuralView } from '../src/engine/neural/neural-view.ts';
import { backgroundInput } from '../src/engine/photo/crop.ts';
import { writeProjectFile } from '../src/engine/project/project-file.ts';
import { boxCentre } from '../src/engine/render/camera.ts';
import { drawCar } from '../src/engine/render/draw.ts';
import { openRooms } from '../src/engine/studio/open-rooms.ts';
import { encodeRgb } from '../src/engine/studio/pixels.ts';
import { ambientLight } from '../src/shared/spherical-harmonics.ts';
import { usualIterations } from '../src/shared/studio-api.ts';
import { canonicalViewpoint } from '../src/shared/viewpoint.ts';
import { paintAtlas } from './sample/paint-atlas.ts';

/**
 * `npm run make-sample`: the car of a first start, resources/sample.turnaround, made by our own generator. A shape, a
 * painted texture and the code of a made-up background steer the generator; its picture is the photo, and goes the way of
 * every photo: segmented, encoded, refined. The car keeps the texture that the generator was given, which is sharper than
 * what can be read from its picture. Run it after the models changed and look at the result (--pictures DIR).
 */
const { values } = parseArgs({ options: { pictures: { type: 'string' } } });

const textureSize = 1024;
const [azimuthDeg, elevationDeg] = [38, 8];
/** The picture is enlarged so, and cut to the rows around the car. */
const [side, top, height] = [960, 220, 560];
const modelsDir = defaultModelsDir();

async function main(): Promise<void> {
  const models = await ModelStore.open(modelsDir);
  const template = await models.template();
  const texture = { size: textureSize, rgb: paintAtlas(template, textureSize, [34, 78, 140]) };
  const offsets = new Float32Array(3 * template.vertexCount);
  const silhouette = drawCar(
    { template, offsets, lengthMetres: 1, texture, light: ambientLight() },
    canonicalViewpoint(azimuthDeg, elevationDeg, 1, boxCentre(template.vertices)),
    { x: 0, y: 0, size: 128 },
    128,
    128,
    { light: 'none' },
  );
  const background = await codeOf(models, silhouette.rgba);
  const view = await NeuralView.load(
    models,
    { offsets, texture, background },
    models.manifest.models.upsampler,
  );
  const { width, rgba } = await view.render(azimuthDeg, elevationDeg, { detail: 'full' });
  await models.close();
  const photo = await sharp(rgba, { raw: { width, height: width, channels: 4 } })
    .removeAlpha()
    .resize(side, side, { kernel: 'lanczos3' })
    .extract({ left: 0, top, width: side, height })
    .png({ compressionLevel: 9 })
    .toBuffer();

  const rooms = await openRooms({ modelsDir, provider: 'cpu' });
  await withEngine(rooms, async ({ studio, assets }) => {
    await studio.call('photo.import', { name: 'Sample car.png', bytes: new Uint8Array(photo) });
    await studio.call('refine.start', { iterations: usualIterations });
    const { document } = await studio.call('refine.accept', {});
    if (!document) throw new Error('the studio has no car after an import');
    const painted = await assets.put(await encodeRgb(texture.rgb, textureSize, textureSize));
    const sample = { ...document, car: { ...document.car, texture: painted } };
    const project = await writeProjectFile(sample, (hash) => assets.get(hash));
    await writeFile(sampleProject(), project);
    console.log(`${sampleProject()}: ${(project.length / 1024).toFixed(0)} kB, mask IoU`, sample.maskIoU);
    if (!values.pictures) return;
    await mkdir(values.pictures, { recursive: true });
    await writeFile(join(values.pictures, 'photo.png'), photo);
    await studio.call('project.open', { name: 'sample.turnaround', bytes: project });
    for (const azimuth of [azimuthDeg, 90, 150, 210, 320]) {
      const { lengthMetres } = sample.car;
      const viewpoint = canonicalViewpoint(azimuth, elevationDeg, lengthMetres, sample.viewpoint.target);
      const { bytes } = await studio.call('export.picture', { viewpoint, size: 384, mode: 'mesh' });
      await writeFile(join(values.pictures, `mesh-${azimuth}.png`), bytes);
    }
  });
  await rooms.close();
}

/** The background encoder's code of a meadow before trees under a blue sky, seen around the car of `silhouette` (128 x 128 RGBA). */
async function codeOf(models: ModelStore, silhouette: Uint8Array): Promise<Float32Array> {
  const size = 128;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}">
    <defs>
      <linearGradient id="sky" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#9fc3e8"/><stop offset="1" stop-color="#dfeaf0"/></linearGradient>
      <linearGradient id="meadow" x1="0" y1="0" x2="0" y2="1"><stop offset="0" stop-color="#7d8a5c"/><stop offset="1" stop-color="#8b8a84"/></linearGradient>
    </defs>
    <rect width="${size}" height="62" fill="url(#sky)"/>
    <rect y="62" width="${size}" height="66" fill="url(#meadow)"/>
    <rect y="44" width="${size}" height="20" fill="#5d7a48"/>
  </svg>`;
  const scene = await sharp(Buffer.from(svg)).removeAlpha().raw().toBuffer();
  const picture = backgroundInput({
    size,
    rgb: Float32Array.from(scene, (value) => value / 255),
    mask: Float32Array.from({ length: size * size }, (_, i) => (silhouette[4 * i + 3] ?? 0) / 255),
    valid: new Float32Array(size * size).fill(1),
  });
  const { code } = await models.run('background', { picture: { data: picture, dims: [1, 4, size, size] } });
  if (!code) throw new Error('the background encoder gave no code');
  return code.data;
}

await main();
