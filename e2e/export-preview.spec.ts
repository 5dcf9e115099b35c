import { afterAll, beforeAll, expect, it } from 'vitest';
import { readProjectFile } from '../src/engine/project/project-file.ts';
import { openBrowserHost } from './harness/browser-host.ts';
import { launchChromium } from './harness/chromium.ts';
import { drawGlb } from './harness/draw-glb.ts';
import type { OpenHost } from './harness/host.ts';
import { StudioPage } from './harness/studio-page.ts';
import { compare, cutOut } from './harness/transparent-screenshot.ts';

let host: OpenHost;
let studio: StudioPage;

beforeAll(async () => {
  host = await openBrowserHost();
  studio = new StudioPage(host);
  await studio.ready();
});

afterAll(() => host.close());

it('exports what the viewport shows: the GLB in another program, same camera, unlit', async () => {
  await studio.page.keyboard.press('2');
  await studio.page.getByRole('radio', { name: 'Albedo' }).click();
  await studio.button('Ground').click();
  await studio.button('Reset view').click();
  const canvas = studio.region('3D viewport').locator('canvas');
  await studio.picture(canvas);
  const shown = await cutOut(canvas);

  const project = await host.savedFile(() => studio.menu(/Save project/));
  const { viewpoint } = readProjectFile(project.name, project.bytes).document;
  const glb = await host.savedFile(() => studio.button('Export GLB').click());
  const browser = await launchChromium();
  const drawn = await drawGlb(browser, glb.bytes, viewpoint, shown).finally(() => browser.close());

  const { iou, difference } = compare(shown, drawn);
  console.log(`export against preview: silhouettes ${iou.toFixed(4)}, colours ${difference.toFixed(4)}`);
  expect(iou).toBeGreaterThan(0.98);
  expect(difference).toBeLessThan(0.02);
});
