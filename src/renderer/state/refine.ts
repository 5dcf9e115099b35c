import { create } from 'zustand';
import { type RefineProgress, type RefineResult, usualIterations } from '../../shared/studio-api.ts';

export interface RefineState {
  phase: 'idle' | 'running' | 'proposal';
  iterations: number;
  /** what the newest picture of the run says beside the car itself */
  progress: Pick<RefineProgress, 'iteration' | 'iterations' | 'loss' | 'maskIoU'> | null;
  /** [iteration, loss] of everything told so far; the engine may skip iterations */
  losses: [iteration: number, loss: number][];
  /** IoU of the first and the newest iteration told */
  firstIoU: number | null;
  result: RefineResult | null;
  /** Cancel was pressed; the best so far is on its way */
  stopping: boolean;
  /** show the old car while a proposal waits */
  showBefore: boolean;
  cancel: (() => void) | null;
}

export const idleRefinement: Omit<RefineState, 'iterations'> = {
  phase: 'idle',
  progress: null,
  losses: [],
  firstIoU: null,
  result: null,
  stopping: false,
  showBefore: false,
  cancel: null,
};

export const useRefine = create<RefineState>(() => ({ ...idleRefinement, iterations: usualIterations }));
