import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

/** `unit` is every test beside its source; `e2e` opens hosts and browsers and runs one file at a time. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['src/**/*.test.{ts,tsx}', 'bench/**/*.test.ts', 'scripts/**/*.test.ts'],
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: 'e2e',
          alias: { electron: fileURLToPath(new URL('./e2e/electron-double/electron.ts', import.meta.url)) },
          include: ['e2e/**/*.spec.ts'],
          globalSetup: 'e2e/harness/build.ts',
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
