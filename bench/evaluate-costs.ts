import { basename, join } from 'node:path';
import { z } from 'zod';
import { maskOf, photoFiles } from './eval-files.ts';
import { type Measured, measureAll, type Run } from './run.ts';
import { timePhoto } from './time-photo.ts';

const costResultSchema = z.object({
  name: z.string(),
  refineSeconds: z.number(),
  totalSeconds: z.number(),
  peakRssMb: z.number(),
});
export type CostResult = z.infer<typeof costResultSchema>;

/** Every how many photos is timed. */
const every = 8;

/** Seconds and memory of some of the photos, each through `turnaround reconstruct --mask` in a process of its own, one after the other. */
export async function evaluateCosts(run: Run, limit: number): Promise<Measured<CostResult>> {
  const photos = (await photoFiles(run.shared, limit)).filter((_photo, index) => index % every === 0);
  const things = photos.map((photo) => ({
    name: `costs/${basename(photo, '.jpg')}`,
    measure: async () => {
      const options = ['--mask', maskOf(photo)];
      const costs = await timePhoto(photo, join(run.work, 'costs'), options, run.signal);
      return { name: basename(photo, '.jpg'), ...costs };
    },
  }));
  return measureAll(
    run,
    costResultSchema,
    things,
    ({ totalSeconds, refineSeconds, peakRssMb }) =>
      `${totalSeconds.toFixed(1)} s, of which refinement ${refineSeconds.toFixed(1)} s; ${peakRssMb.toFixed(0)} MB`,
  );
}
