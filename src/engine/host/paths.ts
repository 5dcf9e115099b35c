import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import envPaths from 'env-paths';
import { z } from 'zod';

/** The folder that holds package.json, models/ and resources/, from a clone and from a bundle alike. */
export function packageRoot(): string {
  const start = dirname(fileURLToPath(import.meta.url));
  for (let folder = start; ; folder = dirname(folder)) {
    if (existsSync(join(folder, 'package.json'))) return folder;
    if (folder === dirname(folder)) return start;
  }
}

/** Version of Turnaround, as in package.json. */
export function packageVersion(): string {
  const text = readFileSync(join(packageRoot(), 'package.json'), 'utf8');
  return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

/** TURNAROUND_MODELS, or the models that came with Turnaround. */
export function defaultModelsDir(): string {
  return process.env.TURNAROUND_MODELS || join(packageRoot(), 'models');
}

/** TURNAROUND_DATA, or the platform's folder for application data. */
export function defaultDataDir(): string {
  return process.env.TURNAROUND_DATA || envPaths('Turnaround', { suffix: '' }).data;
}

/** The car that a first start opens. */
export function sampleProject(): string {
  return join(packageRoot(), 'resources', 'sample.turnaround');
}
