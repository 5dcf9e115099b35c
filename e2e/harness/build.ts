import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runTool } from '../../scripts/run.ts';
import { isStale } from '../../scripts/stale.ts';

/** Builds page, main and preload before the first spec if their sources are newer than the last build. */
export default async function build(): Promise<void> {
  const root = fileURLToPath(new URL('../..', import.meta.url));
  const sources = ['src', 'package.json', 'electron.vite.config.ts', 'vite.renderer.config.ts'];
  if (
    !isStale(
      join(root, 'out', 'main', 'index.js'),
      sources.map((name) => join(root, name)),
    )
  )
    return;
  if ((await runTool('electron-vite/bin/electron-vite.js', ['build', '--logLevel', 'warn'])) !== 0) {
    throw new Error('electron-vite could not build the studio; its message stands above.');
  }
}
