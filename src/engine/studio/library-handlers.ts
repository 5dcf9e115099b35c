import { randomUUID } from 'node:crypto';
import { assetsOf, type StudioDocument } from '../../shared/document.ts';
import { StudioError, throwIfCancelled } from '../../shared/errors.ts';
import type { DocumentState, Handlers } from '../../shared/studio-api.ts';
import { current, edit, type History } from '../project/history.ts';
import { carIdSchema } from '../project/library.ts';
import { readProjectFile } from '../project/project-file.ts';
import { loadPhoto } from './car-assets.ts';
import { carOf, type StudioContext } from './context.ts';
import { documentHash } from './session.ts';
import { Newest } from './tasks.ts';

/** Unused assets and folders younger than this may belong to a task that is not done. */
const youngMs = 3_600_000;

/** Methods that keep cars and bring them back. */
export function libraryHandlers(
  studio: StudioContext,
): Pick<Handlers, 'project.open' | 'library.list' | 'library.open' | 'library.remove'> {
  const { session, library, emitter } = studio;
  // of two cars that are opened at once, the one asked for last stays
  const openings = new Newest();
  const opening = (signal: AbortSignal, open: (signal: AbortSignal) => Promise<DocumentState>) =>
    openings.run(AbortSignal.any([signal, studio.closing]), open);
  return {
    'project.open': ({ name, bytes }, { signal }) =>
      opening(signal, (joined) => openProject(studio, name, bytes, joined)),

    'library.list': () => library.list(),

    'library.open': ({ id }, { signal }) =>
      opening(signal, async (joined) => {
        if (session.shown?.id === id) return session.state();
        return openFromLibrary(studio, id, joined);
      }),

    'library.remove': async ({ id }) => {
      if (session.shown?.id === id) await openAnother(studio, id);
      await library.remove(id);
      await collectGarbage(studio);
      const cars = await library.list();
      emitter.emit('library.changed', cars);
      return cars;
    },
  };
}

/** Opens a car of the library after its parts were read, so that a broken one leaves the open car alone. */
export async function openFromLibrary(
  studio: StudioContext,
  id: string,
  signal?: AbortSignal,
): Promise<DocumentState> {
  const history = await studio.library.load(id);
  await checkParts(studio, current(history));
  throwIfCancelled(signal);
  return studio.session.open(history, false);
}

/** Opens the newest car that can be opened, but not `except`; none if there is none. */
export async function openAnother(studio: StudioContext, except?: string): Promise<void> {
  for (const { id } of await studio.library.list()) {
    if (id === except) continue;
    const opened = await openFromLibrary(studio, id).catch(() => null);
    if (opened) return;
  }
  await studio.session.closeCar();
}

/** Opens a project file; a car that the library knows gets the file's state as an undoable step. */
export async function openProject(
  studio: StudioContext,
  name: string,
  bytes: Uint8Array,
  signal?: AbortSignal,
): Promise<DocumentState> {
  const file = readProjectFile(name, bytes);
  for (const asset of file.assets.values()) await studio.assets.put(asset);
  const id = carIdSchema.safeParse(file.document.id).success ? file.document.id : randomUUID();
  const document = { ...file.document, id };
  await checkParts(studio, document).catch((error: unknown) => {
    if (!(error instanceof StudioError)) throw error;
    throw new StudioError(
      'project-corrupt',
      `${name} can't be opened: ${error.message}`,
      'Use another copy of the file, or make the car anew from its photo.',
      { cause: error },
    );
  });
  const known = await studio.library.load(id).catch((error: unknown) => {
    if (error instanceof StudioError && error.code === 'file-not-found') return null;
    return 'unreadable';
  });
  throwIfCancelled(signal);
  if (known === null) return studio.session.create(document, 'Open project', true);
  // what this Turnaround can't read is not overwritten: another one may
  if (known === 'unreadable') {
    return studio.session.create({ ...document, id: randomUUID() }, 'Open project', true);
  }
  await studio.session.open(withDocument(known, document));
  return studio.session.markSaved(id, documentHash(document));
}

function withDocument(history: History, document: StudioDocument): History {
  if (JSON.stringify(current(history)) === JSON.stringify(document)) return history;
  return edit(history, document, 'Open project', Date.now());
}

async function checkParts(studio: StudioContext, document: StudioDocument): Promise<void> {
  await carOf(studio, document);
  if (document.photo) await loadPhoto(studio.assets, document);
}

/**
 * Removes assets that neither a car nor a proposal needs, and folders that hold no car; no asset is removed when a car
 * can't be read.
 */
export async function collectGarbage({ library, assets, refinement }: StudioContext): Promise<void> {
  const before = Date.now() - youngMs;
  await library.removeAbandoned(before);
  const live = await library.liveAssets();
  if (!live) return;
  const { proposal } = refinement;
  if (proposal) for (const hash of assetsOf(proposal.proposal)) live.add(hash);
  await assets.collect(live, before);
}
