import { existsSync, rmSync } from 'node:fs';

/** Loaded into every thread by NODE_OPTIONS: ends the one that refines as soon as the file TURNAROUND_TEST_KILL is there. */
const file = process.env.TURNAROUND_TEST_KILL;
if (file && /refine-worker\.[jt]s$/.test(process.argv[1] ?? '')) {
  setInterval(() => {
    if (!existsSync(file)) return;
    rmSync(file);
    process.exit(1);
  }, 10).unref();
}
