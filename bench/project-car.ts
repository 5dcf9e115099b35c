import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { defaultModelsDir } from '../src/engine/host/paths.ts';
import { loadTemplate } from '../src/engine/models/template.ts';
import { AssetStore } from '../src/engine/project/asset-store.ts';
import { readProjectFile } from '../src/engine/project/project-file.ts';
import type { CarGeometry, CarSurface } from '../src/engine/render/car.ts';
import { loadCar } from '../src/engine/studio/car-assets.ts';
import type { StudioDocument } from '../src/shared/document.ts';

/** The car of a project file with everything that drawing and export need. */
export async function readProjectCar(
  file: string,
): Promise<{ car: CarGeometry & CarSurface; document: StudioDocument }> {
  const template = await loadTemplate(join(defaultModelsDir(), 'template.safetensors'));
  const project = readProjectFile(basename(file), new Uint8Array(await readFile(file)));
  const folder = await mkdtemp(join(tmpdir(), 'turnaround-car-'));
  try {
    const assets = new AssetStore(folder);
    for (const asset of project.assets.values()) await assets.put(asset);
    return {
      car: { ...(await loadCar(assets, template, project.document)), template },
      document: project.document,
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
