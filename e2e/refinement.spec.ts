import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBrowserHost } from './harness/browser-host.ts';
import { eventually } from './harness/eventually.ts';
import type { OpenHost } from './harness/host.ts';
import { StudioPage } from './harness/studio-page.ts';

const hook = fileURLToPath(new URL('./harness/kill-refinement.mjs', import.meta.url));

describe('a refinement in the page', () => {
  let folder: string;
  let kill: string;
  let host: OpenHost;
  let studio: StudioPage;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'turnaround-refinement-'));
    kill = join(folder, 'kill');
    const env = { TURNAROUND_TEST_KILL: kill, NODE_OPTIONS: `--import ${hook}` };
    host = await openBrowserHost(join(folder, 'data'), [], env);
    studio = new StudioPage(host);
    await studio.ready();
  });

  afterAll(async () => {
    await host.close();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(iterations: number): Promise<void> {
    await studio.page.getByRole('spinbutton', { name: 'Iterations' }).fill(String(iterations));
    await studio.page.keyboard.press('Enter');
    await studio.button('Refine').click();
  }

  /** Waits until the inspector tells an iteration of those asked for. */
  const running = (iterations: number) =>
    studio
      .region('Inspector')
      .getByText(new RegExp(`^[1-9]\\d* / ${iterations}$`))
      .waitFor({ timeout: 60_000 });

  it('shows the outline over the car, the loss and the fit, and keeps the best so far when it is cancelled', async () => {
    await studio.button('Photo view').click();
    await studio.page.getByRole('img', { name: 'Outline of the car in the photo' }).waitFor();
    await start(2000);
    await running(2000);
    await studio.page.getByRole('img', { name: /^Loss curve, from 0/ }).waitFor();
    const match = await studio.page.getByRole('table', { name: 'Mask IoU' }).textContent();
    expect(match).toMatch(/now.*\d %\d\d\.\d %$/);
    await studio.button('Cancel').click();
    await studio.region('Inspector').getByText('Stopped early').waitFor({ timeout: 60_000 });

    const refined = await studio.slider('Distance').getAttribute('aria-valuenow');
    const before = studio.page.getByRole('switch', { name: 'Show the car before' });
    await before.click();
    await eventually(async () => (await studio.slider('Distance').getAttribute('aria-valuenow')) !== refined);
    await before.click();
    await eventually(async () => (await studio.slider('Distance').getAttribute('aria-valuenow')) === refined);
    await studio.button('Discard').click();
    await studio.button('Refine').waitFor();
    expect(await studio.button('Undo').isDisabled()).toBe(true);
  });

  it('says that its thread was killed, leaves the car as it was, and goes through the next time', async () => {
    await start(2000);
    await running(2000);
    await writeFile(kill, '');
    const alert = studio.page.getByRole('alert').filter({ hasText: 'The refinement stopped unexpectedly.' });
    await alert.waitFor({ timeout: 60_000 });
    expect(await alert.textContent()).toContain('The car is as it was; start the refinement again.');
    await alert.getByRole('button', { name: 'Dismiss' }).click();
    expect(await studio.button('Undo').isDisabled()).toBe(true);

    await start(20);
    await studio.button('Accept').click({ timeout: 120_000 });
    await studio.button(/Undo.*Refine/).waitFor();
  });
});
