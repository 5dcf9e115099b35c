import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { openBrowserHost } from '../e2e/harness/browser-host.ts';
import build from '../e2e/harness/build.ts';
import { carPhoto } from '../e2e/harness/photos.ts';
import { StudioPage } from '../e2e/harness/studio-page.ts';

/** `npm run screenshots`: a picture of each state of the page, through the browser host, into docs/screenshots. */
const folder = fileURLToPath(new URL('../docs/screenshots/', import.meta.url));
await build();
await mkdir(folder, { recursive: true });
const bad = await mkdtemp(join(tmpdir(), 'turnaround-shots-'));
const host = await openBrowserHost();
const studio = new StudioPage(host);
const { page } = host;

async function take(name: string): Promise<void> {
  const png = await page.screenshot();
  const { size } = await sharp(png)
    .png({ palette: true, colours: 256, effort: 8 })
    .toFile(join(folder, `${name}.png`));
  console.log(`${name}.png: ${(size / 1024).toFixed(0)} kB`);
}

const showGuessed = () => page.getByRole('switch', { name: 'Show what was guessed' }).click();

try {
  await page.emulateMedia({ colorScheme: 'dark' });
  await studio.ready();
  await take('start');

  await studio.importPhoto(carPhoto);
  await page.getByRole('progressbar').first().waitFor();
  await take('import');
  await studio.ready();
  await page.waitForTimeout(2000);
  await take('studio');

  await showGuessed();
  await take('guessed');
  await showGuessed();

  await studio.button('Photo view').click();
  await page.waitForTimeout(1000);
  await take('photo-view');
  await studio.button('Photo view').click();

  await studio.button('Refine').click();
  await studio
    .region('Inspector')
    .getByText(/^\d\d+ \/ /)
    .waitFor({ timeout: 60_000 });
  await take('refining');
  await studio.button('Accept').waitFor({ timeout: 120_000 });
  await take('proposal');
  await studio.button('Discard').click();

  const broken = join(bad, 'letter.jpg');
  await writeFile(broken, 'Dear car, '.repeat(50));
  await studio.importPhoto(broken);
  await page.getByRole('alert').first().waitFor();
  await take('error');
  await studio.button('Dismiss').first().click();

  await page.emulateMedia({ colorScheme: 'light' });
  await page.waitForTimeout(1000);
  await take('light');
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.setViewportSize({ width: 900, height: 600 });
  await page.waitForTimeout(2000);
  await take('small');

  await page.setViewportSize({ width: 1440, height: 900 });
  for (const remove = page.getByRole('button', { name: /^Remove / }); (await remove.count()) > 0; ) {
    const left = await remove.count();
    await remove.first().click();
    await page
      .getByRole('dialog')
      .or(page.getByRole('alertdialog'))
      .getByRole('button', { name: /remove/i })
      .click();
    await remove.nth(left - 1).waitFor({ state: 'detached' });
  }
  await page.getByText('No car is open').waitFor();
  await take('empty');
} finally {
  await host.close();
  await rm(bad, { recursive: true });
}
