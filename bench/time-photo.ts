import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { frugalMalloc } from '../src/engine/host/frugal-malloc.ts';

const execute = promisify(execFile);
const cli = fileURLToPath(new URL('../bin/turnaround.mjs', import.meta.url));

const reportSchema = z.object({
  timingsMs: z.object({ refine: z.number(), total: z.number() }),
  peakRssMb: z.number(),
});

export interface PhotoCosts {
  refineSeconds: number;
  totalSeconds: number;
  peakRssMb: number;
}

/**
 * One photo through the command line in a process of its own, as a user would, with the environment that its first line
 * sets; throws with the CLI's own words.
 */
export async function timePhoto(
  photo: string,
  out: string,
  options: string[],
  signal: AbortSignal,
): Promise<PhotoCosts> {
  await execute(process.execPath, [cli, 'reconstruct', photo, '--out', out, ...options], {
    timeout: 300_000,
    signal,
    env: { ...process.env, ...frugalMalloc },
  });
  const file = join(out, basename(photo, extname(photo)), 'report.json');
  const { timingsMs, peakRssMb } = reportSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  return { refineSeconds: timingsMs.refine / 1000, totalSeconds: timingsMs.total / 1000, peakRssMb };
}
