import { cpus, loadavg } from 'node:os';

/** What the figures were taken on, with the load of the last minute: above 0.5 the machine was not idle before. */
export function machine(): string {
  const load = (loadavg()[0] ?? 0).toFixed(1);
  return `${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.version}, load ${load} at the start`;
}
