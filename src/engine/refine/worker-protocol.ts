import type { ErrorPayload } from '../../shared/errors.ts';
import type { RefineInput, RefineOutcome, RefineUpdate } from './types.ts';

/** What a refinement's thread is started with. */
export interface RefineTask {
  input: RefineInput;
  iterations: number;
}

/** To the thread: end with the best so far. */
export type ToRefineWorker = { kind: 'cancel' };

export type FromRefineWorker =
  | { kind: 'progress'; update: RefineUpdate }
  | { kind: 'done'; outcome: RefineOutcome }
  | { kind: 'failed'; error: ErrorPayload };
