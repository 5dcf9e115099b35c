import type { ErrorPayload } from '../../shared/errors.ts';
import type { Template } from '../../shared/template.ts';
import type { FinalLook, FitInput } from './crops.ts';
import type { RefineOutcome, RefineUpdate } from './types.ts';

/** A refinement's input without its template, which the thread has. */
export type SentInput = Omit<FitInput, 'template'>;

/**
 * To the thread, which answers `refine` alone; one refinement at a time. `template` is for all that follows, and what is made
 * of it stays. `cancel` ends a refinement with the best so far. `look`, or why there is none, answers `fitted`.
 */
export type ToRefineWorker =
  | { kind: 'template'; template: Template }
  | { kind: 'rehearse' }
  | { kind: 'refine'; input: SentInput; iterations: number }
  | { kind: 'look'; look: FinalLook }
  | { kind: 'unseen'; error: ErrorPayload }
  | { kind: 'cancel' };

export type FromRefineWorker =
  | { kind: 'progress'; update: RefineUpdate }
  | { kind: 'fitted' }
  | { kind: 'done'; outcome: RefineOutcome }
  | { kind: 'failed'; error: ErrorPayload };
