import type { DocumentState, RefineResult } from '../../shared/studio-api.ts';
import type { Viewpoint } from '../../shared/viewpoint.ts';
import { studioOrThrow } from '../state/connection.ts';
import { useDocument } from '../state/document.ts';
import { idleRefinement, useRefine } from '../state/refine.ts';
import { useView } from '../state/view.ts';
import { followDocument } from '../state/view-math.ts';
import { taskUnderWay } from './obstacles.ts';
import { inBackground } from './run.ts';

/** Takes over the engine's document; the view follows it, and so does what waits to be accepted. */
export function showDocument(state: DocumentState): void {
  const before = useDocument.getState().document;
  useDocument.setState({ ...state, known: true });
  showProposal(state.proposal);
  const after = state.document;
  if (!after) {
    useView.setState({ viewpoint: null, photoView: false });
    return;
  }
  useView.setState(({ viewpoint, photoView }) => ({
    viewpoint: followDocument(viewpoint, before, after),
    photoView: photoView && after.photo !== null,
  }));
}

/** The engine's proposal, also one that this page did not ask for; a run of this page shows itself. */
function showProposal(result: RefineResult | null): void {
  const { phase } = useRefine.getState();
  if (phase === 'running') return;
  if (!result) {
    if (phase === 'proposal') useRefine.setState(idleRefinement);
  } else if (phase === 'proposal') useRefine.setState({ result });
  else useRefine.setState({ ...idleRefinement, phase: 'proposal', result });
}

function edit(task: () => Promise<DocumentState>): void {
  if (!taskUnderWay()) inBackground(task().then(showDocument));
}

export function undo(): void {
  if (useDocument.getState().canUndo) edit(() => studioOrThrow().call('document.undo', {}));
}

export function redo(): void {
  if (useDocument.getState().canRedo) edit(() => studioOrThrow().call('document.redo', {}));
}

export function rename(name: string): void {
  const trimmed = name.trim().slice(0, 200);
  if (trimmed && trimmed !== useDocument.getState().document?.name)
    edit(() => studioOrThrow().call('document.rename', { name: trimmed }));
}

export function setLength(lengthMetres: number): void {
  if (lengthMetres !== useDocument.getState().document?.car.lengthMetres)
    edit(() => studioOrThrow().call('car.setLength', { lengthMetres }));
}

/** Makes the viewpoint the photo's estimated one. */
export function setEstimate(viewpoint: Viewpoint): void {
  edit(() => studioOrThrow().call('viewpoint.set', { viewpoint }));
}
