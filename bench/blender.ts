import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { sampleProject } from '../src/engine/host/paths.ts';
import { encodePicture } from '../src/engine/studio/pixels.ts';
import { compareWithPreview, tryingViewpoint } from './blender/compare-with-preview.ts';
import { blenderVersion } from './blender/draw-in-blender.ts';
import { countOption } from './count-option.ts';
import { readProjectCar } from './project-car.ts';

/**
 * `npm run bench:blender`: the sample car's GLB, opened by Blender and drawn by Cycles, against our own picture of the car.
 * Writes bench/BLENDER.md; with --pictures DIR also the pictures.
 */
const { values } = parseArgs({
  options: {
    project: { type: 'string', default: sampleProject() },
    size: { type: 'string', default: '256' },
    samples: { type: 'string', default: '32' },
    pictures: { type: 'string' },
    out: { type: 'string', default: fileURLToPath(new URL('BLENDER.md', import.meta.url)) },
  },
});

const [size, samples] = [countOption('size', values.size, 1), countOption('samples', values.samples, 1)];
const version = blenderVersion();
if (!version)
  throw new Error('There is no blender in the path. Install it (Debian: apt-get install blender).');
const { car } = await readProjectCar(values.project);
const compared = await compareWithPreview(car, tryingViewpoint(car), { size, samples });
if (values.pictures) {
  await mkdir(values.pictures, { recursive: true });
  for (const { look, blender, preview } of compared) {
    await writeFile(join(values.pictures, `${look}-blender.png`), await encodePicture(blender));
    await writeFile(join(values.pictures, `${look}-preview.png`), await encodePicture(preview));
  }
}
const means = {
  albedo: 'texture alone, no light',
  diffuse: "diffuse surface under the car's light",
  imported: 'material as imported, with shadows, reflections and bounces that the preview does not know',
};
const rows = compared.map(
  ({ look, agreement }) =>
    `| ${means[look]} | ${agreement.iou.toFixed(4)} | ${agreement.difference.toFixed(4)} |`,
);
const text = `# The exported GLB in Blender against the preview

Made by \`npm run bench:blender -- --size ${size} --samples ${samples}\` with ${version} (Cycles, CPU, no denoising). The sample car's GLB is imported by Blender; camera and light are the preview's: the spherical-harmonics light as a sky whose irradiance has its coefficients (weakened, for both, until no direction is negative).

| what Cycles draws | silhouettes, IoU | mean colour difference (sRGB, 0 to 1) |
|---|---|---|
${rows.join('\n')}
`;
await writeFile(values.out, text);
console.log(text);
