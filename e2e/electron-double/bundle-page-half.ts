import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { bundleScript } from '../harness/bundle-script.ts';
import { browserOrigin } from './page-messages.ts';

/** The script that runs before the page: the double's page half around the real, built preload. */
export async function bundlePageHalf(preload: string, address: string): Promise<string> {
  const pageHalf = await bundleScript(fileURLToPath(new URL('./page-half.ts', import.meta.url)));
  const source = await readFile(preload, 'utf8');
  return `if (window.top === window && location.origin === ${JSON.stringify(browserOrigin)}) {
${pageHalf}
window.__electronDouble(${JSON.stringify(address)}, (require) => { const exports = {}; const module = { exports };
${source}
});
}`;
}
