import { dirname } from 'node:path';
import { writeAtomically } from '../engine/project/atomic-write.ts';
import { throwIfCancelled } from '../shared/errors.ts';
import { canonicalFraming, canonicalViewpoint } from '../shared/viewpoint.ts';
import type { CliContext } from './context.ts';
import { openedCar } from './results.ts';
import { withProject } from './with-project.ts';

export interface RenderOptions {
  azimuth?: number;
  elevation?: number;
  mode: 'mesh' | 'neural';
  size: number;
  out: string;
}

/** A picture of a reconstructed car in canonical framing: the mesh over transparency, or the neural view. */
export async function renderCar(context: CliContext, path: string, options: RenderOptions): Promise<void> {
  await withProject(context, path, dirname(options.out), async (engine) => {
    const { viewpoint, car } = await openedCar(engine);
    const elevationDeg = options.elevation ?? viewpoint.elevationDeg;
    const azimuthDeg = options.azimuth ?? viewpoint.azimuthDeg;
    const { minElevationDeg, maxElevationDeg } = canonicalFraming;
    if (options.mode === 'neural' && (elevationDeg < minElevationDeg || elevationDeg > maxElevationDeg)) {
      context.error(
        `turnaround: the neural view knows elevations from ${minElevationDeg} to ${maxElevationDeg} degrees; the nearest is drawn.`,
      );
    }
    const framed = canonicalViewpoint(azimuthDeg, elevationDeg, car.lengthMetres, viewpoint.target);
    const { mode, size } = options;
    const { bytes } = await engine.studio.call('export.picture', {
      viewpoint: { ...framed, elevationDeg },
      mode,
      size,
    });
    throwIfCancelled(context.signal);
    await writeAtomically(options.out, bytes);
    context.print(options.out);
  });
}
