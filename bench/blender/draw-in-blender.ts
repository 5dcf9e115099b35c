import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import type { Picture } from '../../src/shared/studio-api.ts';
import { cameraFrame, type Viewpoint } from '../../src/shared/viewpoint.ts';

const execute = promisify(execFile);
const script = fileURLToPath(new URL('draw_car.py', import.meta.url));

export const looks = ['albedo', 'diffuse', 'imported'] as const;
/** How Blender shades the car; explained in draw_car.py. */
export type Look = (typeof looks)[number];

/** The first line of `blender --version`, or null where there is no Blender. */
export function blenderVersion(): string | null {
  const { status, stdout } = spawnSync('blender', ['--version'], { encoding: 'utf8' });
  return status === 0 ? (stdout.split('\n')[0] ?? null) : null;
}

/**
 * Radiance whose shading of a diffuse surface is `light` [9, 3]: the cosine lobe over pi, 1, 2/3 and 1/4 for orders 0, 1
 * and 2, is taken out again (Ramamoorthi and Hanrahan 2001). Returns [9][3].
 */
export function radianceOf(light: ArrayLike<number>): number[][] {
  const lobe = (k: number) => (k === 0 ? 1 : k < 4 ? 2 / 3 : 1 / 4);
  return Array.from({ length: 9 }, (_, k) => [0, 1, 2].map((c) => (light[3 * k + c] ?? 0) / lobe(k)));
}

/** A GLB drawn by Cycles through a viewpoint as a square of `size` pixels over transparency, once for each look. */
export async function drawInBlender(
  glb: Uint8Array,
  viewpoint: Viewpoint,
  light: ArrayLike<number>,
  { size, samples }: { size: number; samples: number },
): Promise<Record<Look, Picture>> {
  const folder = await mkdtemp(join(tmpdir(), 'turnaround-blender-'));
  try {
    const file = (look: Look) => join(folder, `${look}.png`);
    const job = {
      ...{ glb: join(folder, 'car.glb'), size, samples },
      camera: {
        ...cameraFrame(viewpoint),
        fov: (viewpoint.fovDeg * Math.PI) / 180,
        offset: viewpoint.offset,
      },
      pictures: looks.map((look) => ({ look, file: file(look), radiance: radianceOf(light) })),
    };
    await writeFile(job.glb, glb);
    await writeFile(join(folder, 'job.json'), JSON.stringify(job));
    const args = ['--background', '--factory-startup', '--python-exit-code', '1', '--python', script];
    await execute('blender', [...args, '--', join(folder, 'job.json')], { maxBuffer: 1e8 });
    const [albedo, diffuse, imported] = await Promise.all(looks.map((look) => readPicture(file(look))));
    if (!albedo || !diffuse || !imported) throw new Error('drawInBlender: a picture is missing');
    return { albedo, diffuse, imported };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function readPicture(file: string): Promise<Picture> {
  const { data, info } = await sharp(await readFile(file))
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, rgba: new Uint8Array(data) };
}
