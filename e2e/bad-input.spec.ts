import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually } from './harness/eventually.ts';
import type { OpenHost } from './harness/host.ts';
import { badPhotos, oddPhotos } from './harness/photos.ts';
import { StudioPage } from './harness/studio-page.ts';
import { hosts } from './hosts.ts';

describe.each(hosts)('what can not become a car in the $name', ({ open }) => {
  let host: OpenHost;
  let studio: StudioPage;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'turnaround-bad-'));
    host = await open();
    studio = new StudioPage(host);
    await studio.ready();
  });

  afterAll(async () => {
    await host.close();
    await rm(folder, { recursive: true, force: true });
  });

  /** Waits for an error that begins so, sees that the open car is still there, and dismisses the error. */
  async function told(message: string, openCar: string): Promise<void> {
    const alert = studio.page.getByRole('alert');
    await alert.waitFor({ timeout: 60_000 });
    expect((await alert.textContent())?.slice(0, message.length)).toBe(message);
    expect(await studio.carName).toBe(openCar);
    expect(await studio.neuralPicture.isVisible()).toBe(true);
    await alert.getByRole('button', { name: 'Dismiss' }).click();
    await alert.waitFor({ state: 'detached' });
  }

  it.each(badPhotos)('says what is wrong with $what and keeps the open car', async ({ make, message }) => {
    const before = await studio.carName;
    await studio.importPhoto(await make(folder));
    await told(message, before);
  });

  it('says that a project is corrupt and keeps the open car', async () => {
    const path = join(folder, 'broken.turnaround');
    await writeFile(path, 'PK not really');
    const before = await studio.carName;
    await host.chooseFile(path, () => studio.menu(/Open project/));
    await told('broken.turnaround is no project file or is cut short', before);
  });

  it.each(oddPhotos)('takes a picture that is $what', async ({ make }) => {
    const path = await make(folder);
    const name = path.replace(/^.*\/|\.\w+$/g, '');
    await studio.importPhoto(path);
    await eventually(async () => (await studio.carName) === name, 60_000);
    await studio.ready();
  });
});
