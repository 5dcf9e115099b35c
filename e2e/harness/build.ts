import { fileURLToPath } from 'node:url';
import { buildStudio } from '../../scripts/build-studio.ts';

/** Builds the studio before the first spec. */
export default async function build(): Promise<void> {
  if ((await buildStudio(fileURLToPath(new URL('../..', import.meta.url)))) !== 0) {
    throw new Error('electron-vite could not build the studio; its message stands above.');
  }
}
