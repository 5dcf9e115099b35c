import { expect, it } from 'vitest';
import { shortcuts } from '../../shared/shortcuts.ts';
import { commandOf, keysOf } from './shortcuts.ts';

const press = (
  key: string,
  modifiers: Partial<Record<'ctrlKey' | 'metaKey' | 'shiftKey' | 'altKey', boolean>> = {},
) => commandOf({ key, ctrlKey: false, metaKey: false, shiftKey: false, altKey: false, ...modifiers });

it('tells plain, modified and shifted keys apart', () => {
  expect(press('z')).toBeNull();
  expect(press('z', { ctrlKey: true })).toBe('undo');
  expect(press('Z', { metaKey: true, shiftKey: true })).toBe('redo');
  expect(press('r')).toBe('refine');
  expect(press('r', { ctrlKey: true })).toBeNull();
  expect(press('f', { altKey: true })).toBeNull();
});

it('finds the help wherever the keyboard has the question mark', () => {
  expect(press('?', { shiftKey: true })).toBe('shortcuts');
  expect(press('?')).toBe('shortcuts');
});

it('gives no two commands the same keys, and writes them', () => {
  const written = shortcuts.map(({ command }) => keysOf(command, false));
  expect(new Set(written).size).toBe(shortcuts.length);
  expect(keysOf('redo', false)).toBe('Ctrl+Shift+Z');
  expect(keysOf('save-project', true)).toBe('Cmd+S');
});
