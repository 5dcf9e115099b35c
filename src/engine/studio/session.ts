import type { StudioDocument } from '../../shared/document.ts';
import { StudioError } from '../../shared/errors.ts';
import type { DocumentState, RefineResult } from '../../shared/studio-api.ts';
import { hashOf } from '../project/asset-store.ts';
import { amend, current, edit, type History, labels, newHistory, redo, undo } from '../project/history.ts';
import type { Library } from '../project/library.ts';
import type { Emitter } from './emitter.ts';

export interface EditOptions {
  /** quick repetitions become one step: a slider that is dragged */
  merge?: boolean;
}

/** The open car: its history, saved before it is shown. Changes happen one after the other. */
export class Session {
  readonly #library: Library;
  readonly #emitter: Emitter;
  readonly #changed: (before: StudioDocument | null, after: StudioDocument | null) => void;
  readonly #proposal: () => RefineResult | null;
  #history: History | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** `changed` hears of every change of the shown document after it was saved, before it is told; `proposal` waits beside it. */
  constructor(
    library: Library,
    emitter: Emitter,
    changed: (before: StudioDocument | null, after: StudioDocument | null) => void,
    proposal: () => RefineResult | null,
  ) {
    this.#library = library;
    this.#emitter = emitter;
    this.#changed = changed;
    this.#proposal = proposal;
  }

  /** The document shown now; null without a car. */
  get shown(): StudioDocument | null {
    return this.#history && current(this.#history);
  }

  /** Throws `no-document` without a car. */
  get document(): StudioDocument {
    if (this.shown) return this.shown;
    throw new StudioError('no-document', 'No car is open.', 'Bring in a photo or open a project first.');
  }

  state(): DocumentState {
    const history = this.#history;
    const proposal = this.#proposal();
    if (!history) {
      return {
        document: null,
        canUndo: false,
        canRedo: false,
        undoLabel: null,
        redoLabel: null,
        unsaved: false,
        proposal,
      };
    }
    const names = labels(history);
    return {
      document: current(history),
      canUndo: names.undo !== null,
      canRedo: names.redo !== null,
      undoLabel: names.undo,
      redoLabel: names.redo,
      unsaved: history.saved !== null && history.saved !== documentHash(current(history)),
      proposal,
    };
  }

  /** Tells the state to whoever listens. */
  announce(): DocumentState {
    const state = this.state();
    this.#emitter.emit('document.changed', state);
    return state;
  }

  /** Opens a new car, which begins with this document. */
  create(document: StudioDocument, label: string, fromFile = false): Promise<DocumentState> {
    const saved = fromFile ? documentHash(document) : null;
    return this.open({ ...newHistory(document, label, Date.now()), saved });
  }

  /** Opens a car with its history. */
  open(history: History, save = true): Promise<DocumentState> {
    return this.#enqueue(async () => {
      if (save) await this.#library.save(history, Date.now());
      // a car that can't be noted for the next start is shown all the same
      await this.#library.noteOpenCar(current(history).id).catch(() => {});
      this.#show(history);
    });
  }

  /** Shows no car. */
  closeCar(): Promise<DocumentState> {
    return this.#enqueue(async () => {
      this.#show(null);
    });
  }

  /** One undoable change of the open car. `change` gets the document of the moment at which its turn comes. */
  edit(
    label: string,
    change: (document: StudioDocument) => StudioDocument,
    { merge = false }: EditOptions = {},
  ): Promise<DocumentState> {
    return this.#enqueue(async () => {
      const history = this.#opened();
      await this.#put(edit(history, change(current(history)), label, Date.now(), merge));
    });
  }

  /** What belongs to the step that is shown but took longer; nothing happens where `change` returns what it got. */
  amend(change: (document: StudioDocument) => StudioDocument): Promise<DocumentState> {
    return this.#enqueue(async () => {
      const history = this.#opened();
      const now = current(history);
      const changed = change(now);
      if (changed !== now) await this.#put(amend(history, changed));
    });
  }

  /** Does nothing where there is nothing to undo. */
  undo(): Promise<DocumentState> {
    return this.#enqueue(async () => {
      const back = undo(this.#opened());
      if (back) await this.#put(back);
    });
  }

  redo(): Promise<DocumentState> {
    return this.#enqueue(async () => {
      const again = redo(this.#opened());
      if (again) await this.#put(again);
    });
  }

  /** Notes which state of a car (its documentHash) the user's project file holds; a car that was closed meanwhile forgets it. */
  markSaved(id: string, hash: string): Promise<DocumentState> {
    return this.#enqueue(async () => {
      const history = this.#opened();
      if (current(history).id === id) await this.#put({ ...history, saved: hash });
    });
  }

  /** Resolves when no change is under way. */
  async settled(): Promise<void> {
    await this.#last;
  }

  #opened(): History {
    if (this.#history) return this.#history;
    throw new StudioError('no-document', 'No car is open.', 'Bring in a photo or open a project first.');
  }

  async #put(history: History): Promise<void> {
    await this.#library.save(history, Date.now());
    this.#show(history);
  }

  #show(history: History | null): void {
    const before = this.shown;
    this.#history = history;
    this.#changed(before, this.shown);
    this.announce();
  }

  #enqueue(change: () => Promise<void>): Promise<DocumentState> {
    const done = this.#last.then(change).then(() => this.state());
    this.#last = done.catch(() => {});
    return done;
  }
}

/** Names one state of a car. */
export function documentHash(document: StudioDocument): string {
  return hashOf(new TextEncoder().encode(JSON.stringify(document)));
}
