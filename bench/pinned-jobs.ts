import { spawn } from 'node:child_process';

/**
 * Runs a command `count` times at once, each with `--worker K` (K = 0..count-1) and on a core of its own, and waits for all:
 * libraries that look for cores find one, so that none waits for another. What fails says so and ends. Linux only.
 */
export async function runPinned(
  command: readonly string[],
  count: number,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<void> {
  await Promise.all(
    Array.from({ length: count }, (_, k) => {
      const pinned = ['-c', String(k), ...command, '--worker', String(k)];
      const child = spawn('taskset', pinned, { stdio: 'inherit', signal, killSignal: 'SIGINT' });
      return new Promise<void>((resolve) => {
        child.on('error', (error) => {
          if (!signal.aborted) say(`Job ${k} could not be run: ${error.message}`);
          if (child.pid === undefined) resolve();
        });
        child.on('exit', (code) => {
          if (code !== 0 && !signal.aborted) say(`Job ${k} ended with ${code}.`);
          resolve();
        });
      });
    }),
  );
}
