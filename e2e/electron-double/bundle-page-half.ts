import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { build, type Rolldown } from 'vite';

/** The script that runs before the page: the double's page half around the real, built preload. */
export async function bundlePageHalf(preload: string, address: string): Promise<string> {
  const built = (await build({
    configFile: false,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      lib: {
        entry: fileURLToPath(new URL('./page-half.ts', import.meta.url)),
        formats: ['iife'],
        name: 'double',
      },
    },
  })) as Rolldown.RolldownOutput[];
  const [chunk] = built[0]?.output ?? [];
  if (!chunk) throw new Error('bundlePageHalf: nothing was built');
  const source = await readFile(preload, 'utf8');
  return `if (window.top === window && location.origin === ${JSON.stringify(new URL(pageUrl).origin)}) {
${chunk.code}
window.__electronDouble(${JSON.stringify(address)}, (require) => { const exports = {}; const module = { exports };
${source}
});
}`;
}

const pageUrl = 'http://studio.localhost/';
