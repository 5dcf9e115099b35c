import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';

const execute = promisify(execFile);
const cli = fileURLToPath(new URL('../bin/turnaround.mjs', import.meta.url));

const reportSchema = z.object({
  maskIoU: z.object({ encoder: z.number() }),
  timingsMs: z.object({ refine: z.number(), total: z.number() }),
  peakRssMb: z.number(),
});

export interface Reconstructed {
  folder: string;
  /** of the car before refinement, drawn at the photo's size, with the mask that was given */
  encoderIoU: number;
  refineSeconds: number;
  totalSeconds: number;
  peakRssMb: number;
}

/** One photo through the command line in a process of its own, as a user would; throws with the CLI's own words. */
export async function reconstructPhoto(
  photo: string,
  out: string,
  options: string[],
  signal: AbortSignal,
): Promise<Reconstructed> {
  await execute(process.execPath, [cli, 'reconstruct', photo, '--out', out, ...options], {
    timeout: 300_000,
    signal,
  });
  const folder = join(out, basename(photo, extname(photo)));
  const report = reportSchema.parse(JSON.parse(await readFile(join(folder, 'report.json'), 'utf8')));
  return {
    folder,
    encoderIoU: report.maskIoU.encoder,
    refineSeconds: report.timingsMs.refine / 1000,
    totalSeconds: report.timingsMs.total / 1000,
    peakRssMb: report.peakRssMb,
  };
}
