import { defineConfig } from 'electron-vite';
import renderer from './vite.renderer.config.ts';

/** Electron's build: main and the utility process as ES modules, the sandboxed preload as CommonJS, the page as everywhere. */
export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      rolldownOptions: {
        input: {
          index: 'src/main/index.ts',
          'engine-entry': 'src/main/engine-entry.ts',
        },
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
