import type { ErrorPayload } from '../../shared/errors.ts';
import type { Template } from '../../shared/template.ts';
import type { RefineInput, RefineOutcome, RefineUpdate } from './types.ts';

/** To the thread, which answers `refine` alone; one refinement at a time. `cancel` ends it with the best so far. */
export type ToRefineWorker =
  | { kind: 'rehearse'; template: Template }
  | { kind: 'refine'; input: RefineInput; iterations: number }
  | { kind: 'cancel' };

export type FromRefineWorker =
  | { kind: 'progress'; update: RefineUpdate }
  | { kind: 'done'; outcome: RefineOutcome }
  | { kind: 'failed'; error: ErrorPayload };
