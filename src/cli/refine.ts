import { dirname, extname } from 'node:path';
import { throwIfCancelled } from '../shared/errors.ts';
import type { CliContext } from './context.ts';
import type { CliEngine } from './engine.ts';
import { isFolder } from './files.ts';
import { checkReplaceable } from './output-folder.ts';
import { fitInPhoto, openedCar, writeResults } from './results.ts';
import { StageClock } from './stage-clock.ts';
import { withProject } from './with-project.ts';

export interface RefineOptions {
  iterations: number;
  /** folder for the results; by default that of the car, or one named after its project file */
  out?: string;
  /** pictures of the neural view all around */
  views: number;
  json: boolean;
}

/** Fits a reconstructed car closer to its photo and writes its results anew. A car that can't be fitted stays as it is. */
export async function refineCar(context: CliContext, path: string, options: RefineOptions): Promise<void> {
  const folder = options.out ?? (await ownFolder(path));
  await checkReplaceable(folder);
  await withProject(context, path, dirname(folder), async (engine) => {
    const begun = performance.now();
    const encoder = await fitInPhoto(engine, await openedCar(engine));
    const refineMs = await refineOpenCar(engine, options.iterations, context.signal);
    const run = { begun, clock: new StageClock(), encoder, refineMs, views: options.views };
    const report = await writeResults(engine, folder, run, context.signal);
    const { maskIoU } = report;
    const change = `mask IoU ${maskIoU.encoder.toFixed(3)}, refined ${maskIoU.refined?.toFixed(3)}`;
    context.print(options.json ? JSON.stringify({ file: path, folder, ...report }) : `${folder} (${change})`);
  });
}

/** Refines the open car and accepts the result; returns the milliseconds that it took. */
export async function refineOpenCar(
  { studio }: CliEngine,
  iterations: number,
  signal: AbortSignal,
): Promise<number> {
  const begun = performance.now();
  await studio.call('refine.start', { iterations }, { signal });
  throwIfCancelled(signal);
  await studio.call('refine.accept', {});
  return performance.now() - begun;
}

async function ownFolder(path: string): Promise<string> {
  return (await isFolder(path)) ? path : path.slice(0, path.length - extname(path).length);
}
