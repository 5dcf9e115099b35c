import { create } from 'zustand';
import type { StudioError } from '../../shared/errors.ts';
import type { Result } from '../../shared/studio-api.ts';

export interface NeuralState {
  /** the newest picture; stays while the next one is drawn */
  picture: Result<'neural.render'> | null;
  /** pictures a second over the last second, 0 when at rest */
  rate: number;
  /** why the newest request failed */
  error: StudioError | null;
}

export const useNeural = create<NeuralState>(() => ({ picture: null, rate: 0, error: null }));
