import type { MenuCommand } from './bridge.ts';

export interface Shortcut {
  command: MenuCommand;
  /** lower-case `key` of a KeyboardEvent */
  key: string;
  /** Ctrl, or Command on a Mac */
  modifier?: boolean;
  shift?: boolean;
  what: string;
}

/** Every shortcut of the page, in the order in which the help shows them; a menu of the host shows them too. */
export const shortcuts: readonly Shortcut[] = [
  { command: 'new-from-photo', key: 'n', what: 'New from photo' },
  { command: 'open-project', key: 'o', modifier: true, what: 'Open project' },
  { command: 'save-project', key: 's', modifier: true, what: 'Save project' },
  { command: 'export-glb', key: 'e', modifier: true, what: 'Export GLB' },
  { command: 'export-picture', key: 'e', modifier: true, shift: true, what: 'Export picture' },
  { command: 'undo', key: 'z', modifier: true, what: 'Undo' },
  { command: 'redo', key: 'z', modifier: true, shift: true, what: 'Redo' },
  { command: 'refine', key: 'r', what: 'Refine' },
  { command: 'flip', key: 'f', what: 'Flip front and back' },
  { command: 'toggle-guessed', key: 'g', what: 'Show what was guessed' },
  { command: 'photo-view', key: 'p', what: 'Photo view' },
  { command: 'view-all', key: '1', what: 'All panes' },
  { command: 'view-mesh', key: '2', what: '3D viewport' },
  { command: 'view-neural', key: '3', what: 'Neural view' },
  { command: 'view-photo', key: '4', what: 'Photo' },
  { command: 'shortcuts', key: '?', what: 'Keyboard shortcuts' },
];
