import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

function newest(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.mtimeMs;
  return Math.max(stat.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

/** Is the output missing or older than any of the files (or anything in the folders) it is made from? */
export function isStale(output: string, inputs: string[]): boolean {
  return !existsSync(output) || inputs.some((input) => newest(input) > statSync(output).mtimeMs);
}
