import { create } from 'zustand';
import { StudioError } from '../../shared/errors.ts';
import type { Result, Status, Studio } from '../../shared/studio-api.ts';

export type TemplateMesh = Result<'studio.template'>;

/** The engine as the page knows it. `lost` keeps what was shown while the page tries to come back. */
export interface ConnectionState {
  phase: 'connecting' | 'ready' | 'lost';
  studio: Studio | null;
  template: TemplateMesh | null;
  status: Status | null;
  /** why there is no connection */
  error: StudioError | null;
}

export const useConnection = create<ConnectionState>(() => ({
  phase: 'connecting',
  studio: null,
  template: null,
  status: null,
  error: null,
}));

/** The studio, or `connection-lost` thrown. */
export function studioOrThrow(): Studio {
  const { studio, phase } = useConnection.getState();
  if (studio && phase === 'ready') return studio;
  throw new StudioError(
    'connection-lost',
    'There is no connection to the engine.',
    'Wait until it is back, or reload the window.',
  );
}
