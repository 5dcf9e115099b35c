import type { MenuCommand } from '../../shared/bridge.ts';
import { shortcuts } from '../../shared/shortcuts.ts';

/** The parts of a KeyboardEvent that decide. */
export interface KeyPress {
  key: string;
  ctrlKey: boolean;
  metaKey: boolean;
  shiftKey: boolean;
  altKey: boolean;
}

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
