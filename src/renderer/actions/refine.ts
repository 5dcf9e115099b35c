import { toErrorPayload } from '../../shared/errors.ts';
import type { DocumentState, RefineProgress } from '../../shared/studio-api.ts';
import { useCar } from '../state/car.ts';
import { studioOrThrow } from '../state/connection.ts';
import { useDocument } from '../state/document.ts';
import { tellError } from '../state/notifications.ts';
import { idleRefinement, useRefine } from '../state/refine.ts';
import { useView } from '../state/view.ts';
import { showDocument } from './document.ts';
import { inBackground, isBusy } from './run.ts';
import { loadCar } from './shown-car.ts';

function showProgress(p: RefineProgress): void {
  useRefine.setState(({ losses, firstIoU }) => ({
    progress: { iteration: p.iteration, iterations: p.iterations, loss: p.loss, maskIoU: p.maskIoU },
    losses: [...losses, [p.iteration, p.loss]],
    firstIoU: firstIoU ?? p.maskIoU,
  }));
  useCar.setState(({ car }) => {
    if (!car) return {};
    const { offsets = car.offsets, light = car.light, texture = car.texture } = p;
    return { car: { ...car, offsets, light, texture } };
  });
  if (useView.getState().photoView) useView.setState({ viewpoint: p.viewpoint });
}

/** Fits the open car to its photo. Nothing is replaced before `acceptRefinement`. */
export async function startRefinement(): Promise<void> {
  const { document } = useDocument.getState();
  const { phase, iterations } = useRefine.getState();
  if (!document?.photo || isBusy() || phase !== 'idle') return;
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
      { signal: controller.signal, onProgress: showProgress },
    );
    useRefine.setState({ phase: 'proposal', result, cancel: null, stopping: false });
    if (useView.getState().photoView) useView.setState({ viewpoint: result.proposal.viewpoint });
  } catch (error) {
    useRefine.setState(idleRefinement);
    if (useView.getState().photoView) useView.setState({ viewpoint: document.viewpoint });
    tellError(error);
  }
  inBackground(loadCar());
}

/** Ends the waiting for a decision, also when the engine has no proposal any more. */
async function settle(call: () => Promise<DocumentState>): Promise<void> {
  if (useRefine.getState().phase !== 'proposal' || isBusy()) return;
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
