import { create } from 'zustand';
import type { DocumentState, LibraryEntry } from '../../shared/studio-api.ts';

export interface OpenDocument extends DocumentState {
  /** false until the engine has told which car is open */
  known: boolean;
  library: LibraryEntry[];
}

export const useDocument = create<OpenDocument>(() => ({
  known: false,
  document: null,
  canUndo: false,
  canRedo: false,
  undoLabel: null,
  redoLabel: null,
  unsaved: false,
  proposal: null,
  library: [],
}));
