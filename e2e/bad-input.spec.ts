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

  const notice = () =>
    studio.page.getByRole('alert').or(studio.page.getByRole('status')).or(studio.region('Notifications'));

  it.each(badPhotos)('says what is wrong with $what and keeps the open car', async ({ make, message }) => {
    const before = await studio.carName;
    await studio.importPhoto(await make(folder));
    await notice().filter({ hasText: message }).first().waitFor({ timeout: 60_000 });
    expect(await studio.carName).toBe(before);
    expect(await studio.neuralPicture.isVisible()).toBe(true);
    await studio.button('Dismiss').first().click();
  });

  it('says that a project is corrupt and keeps the open car', async () => {
    const path = join(folder, 'broken.turnaround');
    await writeFile(path, 'PK not really');
    const before = await studio.carName;
    await host.chooseFile(path, () => studio.menu(/Open project/));
    await notice()
      .filter({ hasText: /project/i })
      .first()
      .waitFor();
    expect(await studio.carName).toBe(before);
    await studio.button('Dismiss').first().click();
  });

  it.each(oddPhotos)('takes a picture that is $what', async ({ make }) => {
    const path = await make(folder);
    const name = path.replace(/^.*\/|\.\w+$/g, '');
    await studio.importPhoto(path);
    await eventually(async () => (await studio.carName) === name, 60_000);
    await studio.ready();
  });
});
