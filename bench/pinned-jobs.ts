import { spawn } from 'node:child_process';

/**
 * Runs this process's script again with its arguments and `--worker K` for K = 0..count-1, each on a core of its own, and
 * waits for all: libraries that look for cores find one, so that none waits for another. A job that fails says so and ends.
 */
export async function runPinned(
  count: number,
  signal: AbortSignal,
  say: (text: string) => void,
): Promise<void> {
  const [node, ...script] = process.argv;
  await Promise.all(
    Array.from({ length: count }, (_, k) => {
      const command = ['-c', String(k), node, ...process.execArgv, ...script, '--worker', String(k)];
      const child = spawn('taskset', command, { stdio: 'inherit', signal, killSignal: 'SIGINT' });
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
