import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { defineConfig } from 'electron-vite';
import renderer from './vite.renderer.config.ts';

/**
 * Entries of the engine's worker threads by name: each `*worker.ts` of the engine becomes NAME.js beside main, where
 * spawnWorker looks for it.
 */
function workerEntries(folder: string): Record<string, string> {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const workers = files.filter(
    (file) => /(^|[/\\-])worker\.ts$/.test(file) && !basename(file).startsWith('test-'),
  );
  return Object.fromEntries(workers.map((file) => [basename(file, '.ts'), join(folder, file)]));
}

/** Electron's build: main, the utility process and workers as ES modules, the sandboxed preload as CommonJS, the page as everywhere. */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      rolldownOptions: {
        input: {
          index: 'src/main/index.ts',
          'engine-entry': 'src/main/engine-entry.ts',
          ...workerEntries('src/engine'),
        },
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: 'chunks/[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: 'src/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer,
});
