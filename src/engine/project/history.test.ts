import { expect, test } from 'vitest';
import { amend, current, edit, historySchema, labels, newHistory, redo, undo } from './history.ts';
import { testDocument } from './test-document.ts';

const hash = 'a'.repeat(64);
const original = testDocument({ offsets: hash, texture: hash, observed: hash, background: hash });
const named = (name: string) => ({ ...original, name });
const start = () => newHistory(original, 'Import', 0);

test('undo and redo walk over the edits and name them', () => {
  const edited = edit(edit(start(), named('one'), 'Rename', 5000), named('two'), 'Flip', 10_000);
  expect(labels(edited)).toEqual({ undo: 'Flip', redo: null });
  const back = undo(edited);
  expect(back && current(back).name).toBe('one');
  expect(back && labels(back)).toEqual({ undo: 'Rename', redo: 'Flip' });
  const again = back && redo(back);
  expect(again).toEqual(edited);
  expect(undo(start())).toBeNull();
  expect(redo(edited)).toBeNull();
});

test('an edit after undo drops what was undone', () => {
  const edited = edit(start(), named('one'), 'Rename', 0);
  const back = undo(edited);
  const other = back && edit(back, named('other'), 'Flip', 1);
  expect(other?.steps.map((step) => step.document.name)).toEqual(['Test car', 'other']);
});

test('a dragged slider is one step; a pause, another edit or the first document ends it', () => {
  let history = start();
  for (let i = 0; i < 5; i++) history = edit(history, named(`drag ${i}`), 'Move viewpoint', 100 * i, true);
  expect(history.steps).toHaveLength(2);
  expect(current(history).name).toBe('drag 4');
  history = edit(history, named('later'), 'Move viewpoint', 5000, true);
  expect(history.steps).toHaveLength(3);
  history = edit(history, named('length'), 'Set length', 5100, true);
  expect(history.steps).toHaveLength(4);
});

test('what took longer belongs to the step that is shown: no step more, and redo stays', () => {
  const edited = edit(edit(start(), named('one'), 'Rename', 0), named('two'), 'Flip', 1);
  const amended = amend(undo(edited) ?? edited, named('one, whole'));
  expect(amended.steps.map((step) => step.document.name)).toEqual(['Test car', 'one, whole', 'two']);
  expect(labels(amended)).toEqual({ undo: 'Rename', redo: 'Flip' });
});

test('a stored history must point at one of its steps', () => {
  expect(historySchema.safeParse(start()).success).toBe(true);
  expect(historySchema.safeParse({ ...start(), index: 1 }).success).toBe(false);
  expect(historySchema.safeParse({ ...start(), steps: [] }).success).toBe(false);
});
