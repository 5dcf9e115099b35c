import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { StudioDocument } from '../../shared/document.ts';
import type { DocumentState } from '../../shared/studio-api.ts';
import { localStudio, type OpenStudio } from '../host/open-studio.ts';
import type { WriteBytes } from '../project/atomic-write.ts';
import { createStudioOn } from './create.ts';
import type { Rooms } from './rooms.ts';
import { testPhoto, testRooms } from './test-rooms.ts';

export interface Start {
  rooms?: Partial<Rooms>;
  write?: WriteBytes;
  sampleProject?: string;
}

/** Studios on stand-in rooms for the tests of one file; each test gets a data folder of its own. */
export class StudioBench {
  /** the data folder of this test */
  folder = '';
  readonly #opened: OpenStudio[] = [];

  constructor() {
    beforeEach(() => {
      this.folder = mkdtempSync(join(tmpdir(), 'turnaround-studio-'));
    });
    afterEach(async () => {
      for (const studio of this.#opened.splice(0)) await studio.close();
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  async open({ rooms, write, sampleProject }: Start = {}): Promise<OpenStudio> {
    const options = sampleProject ? { dataDir: this.folder, sampleProject } : { dataDir: this.folder };
    const studio = localStudio(await createStudioOn(testRooms(rooms), options, write));
    this.#opened.push(studio);
    return studio;
  }

  /** A studio with the car of testPhoto. */
  async openWithCar(start: Start = {}): Promise<[OpenStudio, DocumentState]> {
    const studio = await this.open(start);
    return [studio, await studio.call('photo.import', { name: 'red.png', bytes: await testPhoto() })];
  }
}

/** The document of the open car. */
export async function shown(studio: OpenStudio): Promise<StudioDocument> {
  const { document } = await studio.call('document.get', {});
  if (!document) throw new Error('no car is open');
  return document;
}
