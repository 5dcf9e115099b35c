import type { ErrorPayload } from '../../shared/errors.ts';
import type { Template } from '../../shared/template.ts';
import type { RefineInput, RefineOutcome, RefineUpdate } from './types.ts';

/** A refinement's input without its template, which the thread has. */
export type SentInput = Omit<RefineInput, 'template'>;

/**
 * To the thread, which answers `refine` alone; one refinement at a time. `template` is for all that follows, and what is made
 * of it stays. `cancel` ends a refinement with the best so far.
 */
export type ToRefineWorker =
  | { kind: 'template'; template: Template }
  | { kind: 'rehearse' }
  | { kind: 'refine'; input: SentInput; iterations: number }
  | { kind: 'cancel' };

export type FromRefineWorker =
  | { kind: 'progress'; update: RefineUpdate }
  | { kind: 'done'; outcome: RefineOutcome }
  | { kind: 'failed'; error: ErrorPayload };
