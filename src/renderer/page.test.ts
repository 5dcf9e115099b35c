import { readFile } from 'node:fs/promises';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { StudioError } from '../shared/errors.ts';
import { type PageServer, servePage } from './test/open-page.ts';

let server: PageServer;
let page: Page;
let complaints: string[];

/** Asks again until it holds; these machines may be busy. */
const poll = <T>(ask: () => T | Promise<T>) => expect.poll(ask, { timeout: 20_000 });
const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
const region = (name: string) => page.getByRole('region', { name, exact: true });
const slider = (name: string) => page.getByRole('slider', { name, exact: true });
const neuralPicture = () => region('Neural view').getByRole('img');
const carName = () => page.getByRole('textbox', { name: 'Name of the car' });

/** The first word of what holds the focus. */
const focused = () => page.evaluate(() => document.activeElement?.textContent?.match(/^[A-Z][a-z]*/)?.[0]);

async function choosePhoto(name: string, size: number): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent('filechooser'), button('New from photo').click()]);
  await chooser.setFiles({ name, mimeType: 'image/jpeg', buffer: Buffer.alloc(size) });
}

/** Centre [x, y] in 0..1 and share of the viewport's pixels within 4 levels of a colour. */
async function find(colour: [number, number, number]): Promise<{ share: number; x: number; y: number }> {
  const shot = await region('3D viewport').locator('canvas').screenshot();
  const { data, info } = await sharp(shot).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  let [count, x, y] = [0, 0, 0];
  for (let i = 0; i < info.width * info.height; i++) {
    if (colour.every((value, k) => Math.abs((data[i * 3 + k] ?? 0) - value) <= 4)) {
      count++;
      x += i % info.width;
      y += Math.floor(i / info.width);
    }
  }
  return {
    share: count / (info.width * info.height),
    x: x / count / info.width,
    y: y / count / info.height,
  };
}

beforeAll(async () => {
  server = await servePage();
  ({ page, complaints } = await server.open({ reducedMotion: 'reduce' }));
  await neuralPicture().waitFor();
}, 180_000);

afterAll(() => server?.close());

/** What three's timer and, where WebGL runs on the processor, Chromium's own reading of its pictures say. */
const known = ['THREE.Clock', 'GPU stall due to ReadPixels'];
const withoutKnown = (list: string[]) => list.filter((text) => !known.some((words) => text.includes(words)));

it('keeps the token off the address bar over a reload', async () => {
  expect(page.url()).not.toContain('token');
  await page.reload();
  await neuralPicture().waitFor();
  expect(await page.title()).toBe('Red saloon - Turnaround');
});

it('hears what changes while it connects', async () => {
  const { handlers } = server.studio;
  const status = handlers['studio.status'];
  const progress = () => {};
  handlers['studio.status'] = async (params, { signal }) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    await handlers['document.rename']({ name: 'Renamed meanwhile' }, { signal, progress });
    return status(params, { signal, progress });
  };
  await page.reload();
  await poll(() => carName().inputValue()).toBe('Renamed meanwhile');
  handlers['studio.status'] = status;
  await neuralPicture().waitFor();
  await page.keyboard.press('Control+z');
  await poll(() => carName().inputValue()).toBe('Red saloon');
});

it('draws the albedo of the atlas unchanged, the right way round', async () => {
  await page.getByRole('radio', { name: 'Albedo' }).click();
  await poll(async () => (await find([163, 54, 44])).share).toBeGreaterThan(0.04);
  const [paint, front, window] = [
    await find([163, 54, 44]),
    await find([207, 212, 218]),
    await find([32, 38, 46]),
  ];
  expect(front.share).toBeGreaterThan(0.002);
  expect(front.x).toBeLessThan(paint.x - 0.1);
  expect(window.y).toBeLessThan(paint.y);
  await page.getByRole('radio', { name: 'Photo light' }).click();
  await poll(async () => (await find([163, 54, 44])).share).toBeLessThan(0.04);
});

it('turns both views with the slider and the keys, and says when the generator can not follow', async () => {
  const before = await neuralPicture().screenshot();
  await slider('Azimuth').focus();
  await page.keyboard.press('PageUp');
  await poll(() => slider('Azimuth').getAttribute('aria-valuenow')).toBe('78');
  await poll(async () => before.equals(await neuralPicture().screenshot())).toBe(false);
  await page.getByRole('application', { name: /Car in 3D/ }).focus();
  await page.keyboard.press('ArrowRight');
  await poll(() => slider('Azimuth').getAttribute('aria-valuenow')).toBe('81');
  await slider('Elevation').focus();
  await page.keyboard.press('End');
  await page.getByText('Elevation limited to 30 degrees').waitFor();
  await button('Reset view').click();
  expect(await slider('Azimuth').getAttribute('aria-valuenow')).toBe('68');
});

it('draws the neural view coarsely as soon as it turns, and finely when it rests', async () => {
  const canvas = neuralPicture().locator('canvas');
  await poll(() => canvas.getAttribute('width')).toBe('512');
  const widths = await canvas.evaluateHandle((element) => {
    const seen: (string | null)[] = [];
    new MutationObserver(() => seen.push(element.getAttribute('width'))).observe(element, {
      attributeFilter: ['width'],
    });
    return seen;
  });
  await slider('Azimuth').press('PageUp');
  await poll(() => widths.jsonValue()).toEqual(['256', '512']);
  await button('Reset view').click();
});

it('matches the photo: nudges the viewpoint and applies it', async () => {
  await button('Photo view').click();
  expect(await button('Apply viewpoint').isDisabled()).toBe(true);
  await button('Azimuth up').click();
  await button('Apply viewpoint').click();
  await button('Undo Move viewpoint').waitFor();
  expect(await slider('Azimuth').getAttribute('aria-valuenow')).toBe('68.5');
  await button('Photo view').click();
  await page.keyboard.press('Control+z');
  await button('Redo Move viewpoint').waitFor();
  expect(await slider('Azimuth').getAttribute('aria-valuenow')).toBe('68');
});

it('moves a slider of the photo view by its track, not the car behind it', async () => {
  await button('Photo view').click();
  const box = await slider('Photo opacity').boundingBox();
  if (!box) throw new Error('the slider is not in sight');
  const [x, y] = [box.x - 20, box.y + box.height / 2];
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x - 15, y, { steps: 3 });
  await page.mouse.up();
  await poll(() => slider('Photo opacity').getAttribute('aria-valuenow')).not.toBe('0.75');
  expect(await button('Apply viewpoint').isDisabled()).toBe(true);
  await button('Photo view').click();
});

it('keeps the focus out of panes that are out of sight', async () => {
  const inert = (name: string) =>
    page.getByLabel(name, { exact: true }).and(page.locator('section')).getAttribute('inert');
  await page.getByRole('radio', { name: 'Photo only' }).click();
  await poll(() => Promise.all(['3D viewport', 'Neural view', 'Photo'].map(inert))).toEqual(['', '', null]);
  await page.getByRole('radio', { name: 'All panes' }).click();
  await poll(() => Promise.all(['3D viewport', 'Neural view', 'Photo'].map(inert))).toEqual([
    null,
    null,
    null,
  ]);
  await page.getByRole('separator', { name: 'Width of the library' }).press('Home');
  await poll(() => inert('Library')).toBe('');
  await page.getByRole('separator', { name: 'Width of the library' }).press('Enter');
  await poll(() => inert('Library')).toBe(null);
});

it('refines with a curve, keeps the old car until accepted, and undoes', async () => {
  const height = () =>
    region('Inspector')
      .getByText(/1\.\d\d m, /)
      .textContent();
  const before = await height();
  await page.getByRole('spinbutton', { name: 'Iterations' }).fill('60');
  await page.keyboard.press('Enter');
  await button('Refine').press('Enter');
  await page.getByRole('progressbar', { name: 'Refinement' }).waitFor();
  await poll(focused).toBe('Refinement');
  await button('Accept').waitFor();
  await poll(focused).toBe('Refinement');
  expect(await page.getByRole('img', { name: /Loss curve/ }).getAttribute('aria-label')).toContain('1.51');
  expect(await page.getByRole('table', { name: 'Mask IoU' }).textContent()).toContain('86.2 %95.1 %');
  await poll(height).not.toBe(before);
  await page.getByRole('switch', { name: 'Show the car before' }).click();
  await poll(height).toBe(before);
  await button('Accept').click();
  await button('Undo Refine').click();
  await button('Redo Refine').waitFor();
  await poll(height).toBe(before);
});

it('cancels a refinement to the best so far, finds it again after a reload, and discards it', async () => {
  await page.getByRole('spinbutton', { name: 'Iterations' }).fill('1500');
  await page.keyboard.press('Enter');
  await button('Refine').click();
  await page.getByText(/^\d+ \/ 1500$/).waitFor();
  await button('Cancel').click();
  await page.getByText(/best so far/).waitFor();
  await page.reload();
  await page.getByText(/best so far/).waitFor();
  expect(await page.getByRole('table', { name: 'Mask IoU' }).textContent()).toContain('86.2 %95.1 %');
  await button('Discard').click();
  await button('Refine').waitFor();
});

it('keeps the open car when an import fails or is cancelled, and shows a new one', async () => {
  await choosePhoto('broken.jpg', 1);
  await page.getByRole('alert').getByText('broken.jpg ends too early.').waitFor();
  await page.getByRole('alert').getByText('Copy the photo again from where it came from.').waitFor();
  await button('Dismiss').click();
  await choosePhoto('endless.jpg', 1000);
  await button('Cancel').click();
  await page.getByText('Cancelled. Nothing was changed.').waitFor();
  expect(await carName().inputValue()).toBe('Red saloon');
  await choosePhoto('street.jpg', 1000);
  await poll(() => carName().inputValue()).toBe('street');
  await button('Open street').and(page.locator('[aria-current=true]')).waitFor();
});

it('takes another car of the photo by a click on it', async () => {
  await button('Car 2').click();
  await button('Undo Choose another car').waitFor();
  expect(await button('Car 2').getAttribute('aria-pressed')).toBe('true');
});

it('takes a dropped file, and a length that keeps the picture', async () => {
  const transfer = await page.evaluateHandle(() => {
    const files = new DataTransfer();
    files.items.add(new File([new Uint8Array(500)], 'dropped.jpg', { type: 'image/jpeg' }));
    return files;
  });
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
  await page.getByText('Drop a photo of a car, or a project').waitFor();
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
  await poll(() => carName().inputValue()).toBe('dropped');
  await page.getByRole('spinbutton', { name: 'Length', exact: true }).fill('8.8');
  await page.keyboard.press('Enter');
  await button('Undo Set length').waitFor();
  await poll(() => slider('Distance').getAttribute('aria-valuenow')).toBe('17.6');
});

it('exports by the button, and helps with its keys', async () => {
  const [download] = await Promise.all([page.waitForEvent('download'), button('Export GLB').click()]);
  expect(download.suggestedFilename()).toBe('dropped.glb');
  expect((await readFile(await download.path())).toString()).toBe('glTF');
  await carName().fill('Typed');
  const [typed] = await Promise.all([page.waitForEvent('download'), carName().press('Control+e')]);
  expect(typed.suggestedFilename()).toBe('Typed.glb');
  await button('Undo Rename').click();
  await poll(() => carName().inputValue()).toBe('dropped');
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('2');
  await poll(async () => (await region('3D viewport').boundingBox())?.width).toBeGreaterThan(900);
  await page.keyboard.press('1');
  await poll(async () => (await region('Photo').boundingBox())?.height).toBeGreaterThan(200);
});

it('asks before a car is removed, hears no shortcut meanwhile, and keeps the focus in the library', async () => {
  await button('Remove dropped').press('Enter');
  await page.getByRole('dialog', { name: 'Remove from the library' }).waitFor();
  await page.keyboard.press('2');
  await button('Remove').press('Enter');
  await button('Remove dropped').waitFor({ state: 'detached' });
  expect(await page.getByRole('radio', { name: 'All panes' }).getAttribute('aria-checked')).toBe('true');
  await poll(focused).toBe('Red');
});

it('shows a car that can not be read beside the others, and tells what to do', async () => {
  const { handlers } = server.studio;
  const { 'library.list': list, 'library.open': open } = handlers;
  const unreadable = { id: 'x', name: 'Unreadable car', modified: 0, readable: false, thumbnail: null };
  handlers['library.list'] = async (params, context) => [...(await list(params, context)), unreadable];
  handlers['library.open'] = () => {
    throw new StudioError('project-corrupt', 'The record (/cars/x) is broken.', 'Put a backup in its place.');
  };
  await page.reload();
  await button('Open Red saloon').waitFor();
  await button('Open Unreadable car').getByText('Kept as it is. Open it to see what to do.').waitFor();
  await button('Open Unreadable car').click();
  await page.getByRole('alert').getByText('The record (/cars/x) is broken.').waitFor();
  await page.getByRole('alert').getByText('Put a backup in its place.').waitFor();
  Object.assign(handlers, { 'library.list': list, 'library.open': open });
  await page.reload();
  await neuralPicture().waitFor();
});

it('shows what computes as soon as another window, or the engine itself, changes it', async () => {
  const computes = page.getByRole('combobox', { name: 'Computes on' });
  expect(await computes.inputValue()).toBe('cpu');
  const change = server.studio.handlers['studio.setProvider'];
  const context = { signal: new AbortController().signal, progress: () => {} };
  await change({ provider: 'webgpu' }, context);
  await poll(() => computes.inputValue()).toBe('webgpu');
  await change({ provider: 'cpu' }, context);
  await poll(() => computes.inputValue()).toBe('cpu');
});

it('changes the theme and keeps it', async () => {
  const ground = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const dark = await ground();
  await button('Theme').click();
  await page.getByRole('menuitemcheckbox', { name: 'Light' }).click();
  await poll(ground).not.toBe(dark);
  await page.reload();
  await neuralPicture().waitFor();
  expect(await ground()).not.toBe(dark);
});

it('says when the engine is gone, and comes back by itself with all that it had asked for', async () => {
  const { handlers } = server.studio;
  const get = handlers['asset.get'];
  let waiting = 0;
  handlers['asset.get'] = () => {
    waiting++;
    return new Promise(() => {});
  };
  await page.reload();
  await poll(() => waiting).toBeGreaterThanOrEqual(4);
  await neuralPicture().waitFor();
  handlers['asset.get'] = get;
  server.dropConnections();
  await page
    .getByRole('alert')
    .getByText(/connection to the engine was lost. Trying to come back/)
    .waitFor();
  expect(await neuralPicture().isVisible()).toBe(true);
  await page.getByRole('alert').waitFor({ state: 'detached' });
  await button('Refine').waitFor();
  const mask = region('Photo').getByRole('img', { name: 'Mask of the car' });
  await poll(() => mask.evaluate((canvas: HTMLCanvasElement) => canvas.width)).not.toBe(300);
  await poll(async () => (await find([163, 54, 44])).share).toBeGreaterThan(0.01);
  expect(await page.getByRole('alert').count()).toBe(0);
});

it('did all this under the strict policy without a complaint', () => {
  expect(withoutKnown(complaints)).toEqual([]);
});
