import { z } from 'zod';
import { documentSchema, type StudioDocument } from '../../shared/document.ts';

const stepSchema = z.object({
  /** what made this document out of the one before: "Refine", "Set length" ... */
  label: z.string(),
  document: documentSchema,
  /** when, in ms since 1970 */
  time: z.number(),
});

/** All documents of one car, oldest first, and the one that is shown. Immutable. */
export const historySchema = z
  .object({
    steps: z.array(stepSchema).min(1),
    index: z.number().int().min(0),
    /** hash of the document that the user's project file holds; null without such a file */
    saved: z.string().nullable(),
  })
  .refine((history) => history.index < history.steps.length);
export type History = z.infer<typeof historySchema>;

const maxSteps = 200;

/** Edits of the same kind that follow each other within this time are one step: a slider that is dragged. */
const mergeWithinMs = 1000;

export function newHistory(document: StudioDocument, label: string, time: number): History {
  return { steps: [{ label, document, time }], index: 0, saved: null };
}

export function current(history: History): StudioDocument {
  return history.steps[history.index].document;
}

/** The history after an edit; what was undone before is dropped. With `merge`, quick repetitions become one step. */
export function edit(
  history: History,
  document: StudioDocument,
  label: string,
  time: number,
  merge = false,
): History {
  const last = history.steps[history.index];
  const sameDrag =
    merge &&
    history.index > 0 &&
    history.index === history.steps.length - 1 &&
    last.label === label &&
    time - last.time < mergeWithinMs;
  const kept = history.steps.slice(0, sameDrag ? history.index : history.index + 1);
  const steps = [...kept, { label, document, time }].slice(-maxSteps);
  return { ...history, steps, index: steps.length - 1 };
}

/** The history with another document in the place of the shown one: what belongs to the same step but took longer. */
export function amend(history: History, document: StudioDocument): History {
  return {
    ...history,
    steps: history.steps.with(history.index, { ...history.steps[history.index], document }),
  };
}

/** null when there is nothing to undo. */
export function undo(history: History): History | null {
  return history.index > 0 ? { ...history, index: history.index - 1 } : null;
}

/** null when there is nothing to redo. */
export function redo(history: History): History | null {
  return history.index + 1 < history.steps.length ? { ...history, index: history.index + 1 } : null;
}

export function labels(history: History): { undo: string | null; redo: string | null } {
  return {
    undo: history.index > 0 ? history.steps[history.index].label : null,
    redo: history.steps[history.index + 1]?.label ?? null,
  };
}
