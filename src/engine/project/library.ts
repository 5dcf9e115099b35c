import { copyFile, mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { assetsOf } from '../../shared/document.ts';
import { StudioError } from '../../shared/errors.ts';
import type { LibraryEntry } from '../../shared/studio-api.ts';
import { type WriteBytes, writeAtomically, writeDurably, writeInFolder } from './atomic-write.ts';
import { writeFailure } from './file-errors.ts';
import { current, type History, historySchema } from './history.ts';

const recordVersion = 1;
const carFileSchema = z.object({
  version: z.literal(recordVersion),
  modified: z.number(),
  history: historySchema,
});
type CarFile = z.infer<typeof carFileSchema>;
const newerFileSchema = z.object({ version: z.number().gt(recordVersion) });

/** Ids name folders, so nothing else is taken for one. */
export const carIdSchema = z.string().regex(/^[0-9A-Za-z-]{1,64}$/);

/** The records of a car: its state, and the one before the last change. */
const recordNames = ['car.json', 'car.previous.json'];

const thumbnailName = 'thumbnail.png';

/** What a car is called whose name can't be read. */
const unreadableName = 'Unreadable car';

interface Listed {
  stamp: string;
  /** null for a folder without any record */
  entry: LibraryEntry | null;
}

const openCarSchema = z.object({ id: z.string() });

/**
 * Every car of this user, as folders cars/ID/ with car.json (its history), car.previous.json (the state before the last
 * change, read when car.json is damaged) and thumbnail.png; open.json names the car last worked on.
 */
export class Library {
  readonly #folder: string;
  readonly #write: WriteBytes;
  #listed: ReadonlyMap<string, Listed> = new Map();

  constructor(dataDir: string, write: WriteBytes = writeDurably) {
    this.#folder = dataDir;
    this.#write = write;
  }

  /** Writes a car whole or not at all. */
  async save(history: History, modified: number): Promise<void> {
    const folder = this.#carFolder(current(history).id);
    await mkdir(folder, { recursive: true }).catch((error: unknown) => {
      throw writeFailure(folder, error);
    });
    const file: CarFile = { version: 1, modified, history };
    if (await readCarFile(join(folder, 'car.json'))) {
      await copyFile(join(folder, 'car.json'), join(folder, 'car.previous.json')).catch(() => {});
    }
    await writeAtomically(join(folder, 'car.json'), json(file), this.#write);
  }

  /**
   * Throws `file-not-found` where there is no such car, `project-too-new` if a newer Turnaround saved it, `project-corrupt`
   * when neither of its two states can be read.
   */
  async load(id: string): Promise<History> {
    return (await this.#load(id)).history;
  }

  /** Throws `file-not-writable` where the car was removed meanwhile. */
  async saveThumbnail(id: string, picture: Uint8Array): Promise<void> {
    await writeInFolder(join(this.#carFolder(id), thumbnailName), picture, this.#write);
  }

  /** Newest first, with those that can't be read. Only what was written since the last time is read. */
  async list(): Promise<LibraryEntry[]> {
    const ids = await this.#ids();
    const listed = new Map<string, Listed>();
    for (const id of ids) {
      const stamp = await stampOf(this.#carFolder(id));
      const known = this.#listed.get(id);
      listed.set(id, known?.stamp === stamp ? known : { stamp, entry: await this.#entry(id) });
    }
    this.#listed = listed;
    const cars = [...listed.values()].flatMap(({ entry }) => (entry ? [entry] : []));
    return cars.sort((a, b) => b.modified - a.modified);
  }

  /** Throws `file-not-writable` where the car can't be removed. */
  async remove(id: string): Promise<void> {
    const folder = this.#carFolder(id);
    await rm(folder, { recursive: true, force: true }).catch((error: unknown) => {
      throw writeFailure(folder, error);
    });
  }

  /** The car last worked on, if it was noted. */
  async openCar(): Promise<string | null> {
    const parsed = openCarSchema.safeParse(await readJson(join(this.#folder, 'open.json')));
    return parsed.success ? parsed.data.id : null;
  }

  async noteOpenCar(id: string): Promise<void> {
    await writeAtomically(join(this.#folder, 'open.json'), json({ id }), this.#write);
  }

  /** Removes folders without any record of a car, unless they were changed since `before` (ms): a car may be being saved. */
  async removeAbandoned(before: number): Promise<void> {
    for (const id of await this.#ids()) {
      const folder = this.#carFolder(id);
      if (await hasRecord(folder)) continue;
      const entry = await stat(folder).catch(() => null);
      if (entry?.isDirectory() && entry.mtimeMs < before) await this.remove(id).catch(() => {});
    }
  }

  /**
   * Assets that any state of any car needs, the previous states included; null if a car's records can't be read at all, or
   * were saved by a newer Turnaround. A folder without any record is no car.
   */
  async liveAssets(): Promise<Set<string> | null> {
    const live = new Set<string>();
    for (const id of await this.#ids()) {
      const folder = this.#carFolder(id);
      if (!(await hasRecord(folder))) continue;
      if (await isNewer(folder)) return null;
      const files = await Promise.all(recordNames.map((name) => readCarFile(join(folder, name))));
      if (!files.some(Boolean)) return null;
      for (const file of files) {
        for (const step of file?.history.steps ?? []) {
          for (const hash of assetsOf(step.document)) live.add(hash);
        }
      }
    }
    return live;
  }

  async #entry(id: string): Promise<LibraryEntry | null> {
    const folder = this.#carFolder(id);
    if (!(await hasRecord(folder))) return null;
    const car = await this.#load(id).catch(() => null);
    const thumbnail = await readFile(join(folder, thumbnailName)).catch(() => null);
    return {
      id,
      name: car ? current(car.history).name : unreadableName,
      modified: car ? car.modified : await changedAt(folder),
      readable: car !== null,
      thumbnail: thumbnail && new Uint8Array(thumbnail),
    };
  }

  async #load(id: string): Promise<CarFile> {
    const folder = this.#carFolder(id);
    if (await isNewer(folder)) {
      throw new StudioError(
        'project-too-new',
        `This car was saved in the library by a newer Turnaround (${folder}).`,
        'Update Turnaround and open it again; it is kept as it is.',
      );
    }
    const file =
      (await readCarFile(join(folder, 'car.json'))) ?? (await readCarFile(join(folder, 'car.previous.json')));
    if (file) return file;
    if (!(await this.#ids()).includes(id)) throw unknownCar();
    throw new StudioError(
      'project-corrupt',
      `The library's record of this car (${folder}) can't be read.`,
      'It is kept as it is: put a backup of the folder in its place, open a saved project of the car, or make it anew from its photo.',
    );
  }

  #carFolder(id: string): string {
    if (!carIdSchema.safeParse(id).success) throw unknownCar();
    return join(this.#folder, 'cars', id);
  }

  async #ids(): Promise<string[]> {
    const names = await readdir(join(this.#folder, 'cars')).catch(() => []);
    return names.filter((name) => carIdSchema.safeParse(name).success);
  }
}

function unknownCar(): StudioError {
  return new StudioError(
    'file-not-found',
    'That car is no longer in the library.',
    'Choose another one from the library.',
  );
}

function json(value: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(value));
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Changes whenever one of a car's files is written: each is a new file of its own time. */
async function stampOf(folder: string): Promise<string> {
  const files = await Promise.all(
    [...recordNames, thumbnailName].map((name) => stat(join(folder, name)).catch(() => null)),
  );
  return files.map((file) => file && `${file.ino} ${file.mtimeMs} ${file.size}`).join();
}

/** ms since 1970; 0 where it can't be told. */
async function changedAt(folder: string): Promise<number> {
  return stat(folder).then(
    ({ mtimeMs }) => mtimeMs,
    () => 0,
  );
}

/** Whether a folder holds a record, readable or not; a folder that can't be looked into may. */
async function hasRecord(folder: string): Promise<boolean> {
  try {
    const names = await readdir(folder);
    return recordNames.some((name) => names.includes(name));
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code !== 'ENOENT' && code !== 'ENOTDIR';
  }
}

/** Whether a car's state is of a format that this Turnaround does not know; the state before it may still be readable. */
async function isNewer(folder: string): Promise<boolean> {
  return newerFileSchema.safeParse(await readJson(join(folder, 'car.json'))).success;
}

async function readCarFile(path: string): Promise<CarFile | null> {
  const parsed = carFileSchema.safeParse(await readJson(path));
  return parsed.success ? parsed.data : null;
}
