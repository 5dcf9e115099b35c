import { dirname } from 'node:path';
import { writeAtomically } from '../engine/project/atomic-write.ts';
import { throwIfCancelled } from '../shared/errors.ts';
import type { CliContext } from './context.ts';
import { withProject } from './with-project.ts';

export interface ExportOptions {
  light: 'albedo' | 'baked';
  out: string;
}

/** Writes a reconstructed car as a GLB. */
export async function exportCar(
  context: CliContext,
  path: string,
  { light, out }: ExportOptions,
): Promise<void> {
  await withProject(context, path, dirname(out), async ({ studio }) => {
    const { bytes } = await studio.call('export.glb', { light });
    throwIfCancelled(context.signal);
    await writeAtomically(out, bytes);
    context.print(out);
  });
}
