import type { MenuCommand } from '../../shared/bridge.ts';

/** The parts of a KeyboardEvent that decide. */
export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

interface Shortcut {
  command: MenuCommand;
  /** lower-case `key` of the event */
  key: string;
  /** Ctrl, or Command on a Mac */
  modifier?: boolean;
  shift?: boolean;
  what: string;
}

/** Every shortcut of the page, in the order in which the help shows them. */
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

/** Keys that work while the 3D viewport or the neural view has the focus. */
export const viewKeys: readonly [keys: string, what: string][] = [
  ['Arrow keys', 'Turn the car, with Shift in large steps'],
  ['+  -', 'Nearer, farther'],
  ['[  ]', 'Roll'],
  ['Alt + arrow keys', 'Shift the car over the photo (photo view)'],
];

/** The command of a key press, or null. */
export function commandOf({ key, ctrlKey, metaKey, shiftKey, altKey }: KeyPress): MenuCommand | null {
  if (altKey) return null;
  const pressed = key.toLowerCase();
  const found = shortcuts.find(
    ({ key: own, modifier = false, shift = false }) =>
      own === pressed && modifier === (ctrlKey || metaKey) && (own === '?' || shift === shiftKey),
  );
  return found?.command ?? null;
}

/** How a command's keys are written for a person; empty without keys. */
export function keysOf(command: MenuCommand, mac: boolean): string {
  const shortcut = shortcuts.find((entry) => entry.command === command);
  if (!shortcut) return '';
  const { key, modifier, shift } = shortcut;
  const parts = [modifier ? (mac ? 'Cmd' : 'Ctrl') : '', shift ? 'Shift' : '', key.toUpperCase()];
  return parts.filter(Boolean).join('+');
}
