import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Runs a command with this terminal and resolves to its exit code (1 if a signal ended it). */
export function run(command: string, args: string[], env: NodeJS.ProcessEnv = process.env): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', env });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** Runs a script of an installed package by its path in node_modules: on Windows npx is a shell script, which spawn refuses. */
export function runTool(script: string, args: string[]): Promise<number> {
  return run(process.execPath, [
    fileURLToPath(new URL(`../node_modules/${script}`, import.meta.url)),
    ...args,
  ]);
}
