import type { Template } from '../../shared/template.ts';
import type { RefineThreads } from '../refine/threads.ts';
import type { Rooms } from './rooms.ts';

/** The studio's refinement by threads: its open photo is the first view. */
export function refineInThreads(threads: RefineThreads, template: Template): Rooms['refine'] {
  return async ({ iterations, signal, onProgress, offsets, lengthMetres, texture, ...request }) => {
    const { photo, mask, crop, viewpoint, light, others = [] } = request;
    const views = [{ photo, mask, crop, viewpoint, light }, ...others];
    const { views: fitted, ...outcome } = await threads.refine(
      { template, offsets, lengthMetres, texture, views },
      {
        iterations,
        signal,
        onProgress: ({ views: [first], ...update }) => onProgress({ ...update, ...first }),
      },
    );
    const [first, ...rest] = fitted;
    return { ...first, others: rest, offsets: outcome.offsets, stopped: outcome.stopped };
  };
}
