import { toErrorPayload } from '../../shared/errors.ts';
import type { DocumentState, RefineProgress } from '../../shared/studio-api.ts';
import { useCar } from '../state/car.ts';
import { studioOrThrow } from '../state/connection.ts';
import { useDocument } from '../state/document.ts';
import { tellError } from '../state/notifications.ts';
import { perFrame } from '../state/per-frame.ts';
import { idleRefinement, useRefine } from '../state/refine.ts';
import { useView } from '../state/view.ts';
import { showDocument } from './document.ts';
import { taskUnderWay } from './obstacles.ts';
import { inBackground } from './run.ts';
import { loadCar, shownDocument } from './shown-car.ts';

/** The newest progress, with the curve of all. */
function showProgress(told: readonly RefineProgress[]): void {
  const newest = told.at(-1);
  if (!newest) return;
  useRefine.setState(({ losses, firstIoU }) => ({
    progress: {
      iteration: newest.iteration,
      iterations: newest.iterations,
      loss: newest.loss,
      maskIoU: newest.maskIoU,
    },
    losses: [...losses, ...told.map(({ iteration, loss }): [number, number] => [iteration, loss])],
    firstIoU: firstIoU ?? told[0]?.maskIoU ?? null,
  }));
  const { offsets, light } = newest;
  useCar.setState(({ car }) => (car ? { car: { ...car, offsets, light } } : {}));
  if (useView.getState().photoView) useView.setState({ viewpoint: newest.viewpoint });
}

const live = perFrame(showProgress);

/** Fits the open car to its photo. Nothing is replaced before `acceptRefinement`. */
export async function startRefinement(): Promise<void> {
  const { document } = useDocument.getState();
  const { phase, iterations } = useRefine.getState();
  if (!document?.photo || taskUnderWay() || phase !== 'idle') return;
  const controller = new AbortController();
  useRefine.setState({
    ...idleRefinement,
    phase: 'running',
    cancel() {
      useRefine.setState({ stopping: true });
      controller.abort();
    },
  });
  try {
    const result = await studioOrThrow().call(
      'refine.start',
      { iterations },
      { signal: controller.signal, onProgress: live.add },
    );
    live.flush();
    useRefine.setState({ phase: 'proposal', result, cancel: null, stopping: false });
    if (useView.getState().photoView) useView.setState({ viewpoint: result.proposal.viewpoint });
  } catch (error) {
    live.flush();
    useRefine.setState(idleRefinement);
    if (useView.getState().photoView) useView.setState({ viewpoint: document.viewpoint });
    tellError(error);
  }
  inBackground(loadCar());
}

/** Shows the car before or the proposal; over the photo each with the viewpoint that was found for it. */
export function compareRefinement(showBefore: boolean): void {
  useRefine.setState({ showBefore });
  const shown = shownDocument();
  if (shown && useView.getState().photoView) useView.setState({ viewpoint: shown.viewpoint });
}

/** Ends the waiting for a decision, also when the engine has no proposal any more. */
async function settle(call: () => Promise<DocumentState>): Promise<void> {
  if (useRefine.getState().phase !== 'proposal' || taskUnderWay()) return;
  try {
    const state = await call();
    useRefine.setState(idleRefinement);
    showDocument(state);
    const { document } = state;
    if (document && useView.getState().photoView) useView.setState({ viewpoint: document.viewpoint });
  } catch (error) {
    if (toErrorPayload(error).code === 'no-proposal') useRefine.setState(idleRefinement);
    throw error;
  }
}

export function acceptRefinement(): void {
  inBackground(settle(() => studioOrThrow().call('refine.accept', {})));
}

export function discardRefinement(): void {
  inBackground(settle(() => studioOrThrow().call('refine.discard', {})));
}
