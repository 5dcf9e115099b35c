import type { StudioDocument } from '../../shared/document.ts';
import { StudioError } from '../../shared/errors.ts';
import type { DocumentState } from '../../shared/studio-api.ts';
import { hashOf } from '../project/asset-store.ts';
import { current, edit, type History, labels, newHistory, redo, undo } from '../project/history.ts';
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
  #history: History | null = null;
  #last: Promise<unknown> = Promise.resolve();

  /** `changed` hears of every change of the shown document, after it was saved and told. */
  constructor(
    library: Library,
    emitter: Emitter,
    changed: (before: StudioDocument | null, after: StudioDocument | null) => void,
  ) {
    this.#library = library;
    this.#emitter = emitter;
    this.#changed = changed;
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
    if (!history) {
      return {
        document: null,
        canUndo: false,
        canRedo: false,
        undoLabel: null,
        redoLabel: null,
        unsaved: false,
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
    };
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
      await this.#library.noteOpenCar(current(history).id);
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

  /** Notes that this document is what the user's project file holds now. */
  markSaved(document: StudioDocument): Promise<DocumentState> {
    return this.#enqueue(async () => {
      await this.#put({ ...this.#opened(), saved: documentHash(document) });
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
    this.#emitter.emit('document.changed', this.state());
    this.#changed(before, this.shown);
  }

  #enqueue(change: () => Promise<void>): Promise<DocumentState> {
    const done = this.#last.then(change).then(() => this.state());
    this.#last = done.catch(() => {});
    return done;
  }
}

function documentHash(document: StudioDocument): string {
  return hashOf(new TextEncoder().encode(JSON.stringify(document)));
}
