import { cpus } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';

function ticks(): { busy: number; all: number } {
  const times = cpus().map(({ times: { user, nice, sys, idle, irq } }) => ({
    idle,
    busy: user + nice + sys + irq,
  }));
  const busy = times.reduce((sum, time) => sum + time.busy, 0);
  return { busy, all: times.reduce((sum, time) => sum + time.idle, busy) };
}

/** Share of all processors that was in use for some time from now on, 0..1. */
export async function busyShare(milliseconds: number): Promise<number> {
  const before = ticks();
  await wait(milliseconds);
  const after = ticks();
  return (after.busy - before.busy) / Math.max(1, after.all - before.all);
}
