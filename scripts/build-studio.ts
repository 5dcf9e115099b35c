import { join } from 'node:path';
import { runTool } from './run.ts';
import { isStale } from './stale.ts';

/** Builds page, main and preload if their sources are newer than the last build; resolves to the builder's exit code. */
export async function buildStudio(root: string): Promise<number> {
  const sources = ['src', 'package.json', 'electron.vite.config.ts', 'vite.renderer.config.ts'];
  const paths = sources.map((name) => join(root, name));
  if (!isStale(join(root, 'out', 'main', 'index.js'), paths)) return 0;
  return runTool('electron-vite/bin/electron-vite.js', ['build', '--logLevel', 'warn']);
}

/** Builds the page alone, for the browser host, in the same way. */
export async function buildPage(root: string): Promise<number> {
  const config = join(root, 'vite.renderer.config.ts');
  const paths = [...['src', 'package.json'].map((name) => join(root, name)), config];
  if (!isStale(join(root, 'out', 'renderer', 'index.html'), paths)) return 0;
  return runTool('vite/bin/vite.js', ['build', '--config', config, '--logLevel', 'warn']);
}
