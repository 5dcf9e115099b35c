import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import type { Viewpoint } from '../../src/shared/viewpoint.ts';
import { bundleScript } from './bundle-script.ts';
import { type CutOut, cutOut } from './transparent-screenshot.ts';

const origin = 'http://glb.localhost';
const glbPage = fileURLToPath(new URL('./glb-page.ts', import.meta.url));

/** Draws the albedo of a GLB through a viewpoint in a page of its own, with three's own loader. */
export async function drawGlb(
  browser: Browser,
  glb: Uint8Array,
  viewpoint: Viewpoint,
  size: { width: number; height: number },
): Promise<CutOut> {
  const context = await browser.newContext({ viewport: size });
  try {
    const page = await context.newPage();
    await page.route(`${origin}/`, (route) =>
      route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>GLB</title>' }),
    );
    await page.route(`${origin}/car.glb`, (route) =>
      route.fulfill({ contentType: 'model/gltf-binary', body: Buffer.from(glb) }),
    );
    await page.goto(`${origin}/`);
    await page.addScriptTag({ content: await bundleScript(glbPage) });
    await page.evaluate(({ view, width, height }) => window.drawGlb('/car.glb', view, width, height), {
      view: viewpoint,
      ...size,
    });
    return await cutOut(page.locator('canvas'));
  } finally {
    await context.close();
  }
}
