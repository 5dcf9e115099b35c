import type { DocumentState, ReconstructProgress } from '../../shared/studio-api.ts';
import { studioOrThrow } from '../state/connection.ts';
import { useDocument } from '../state/document.ts';
import { useView } from '../state/view.ts';
import { showDocument } from './document.ts';
import { type ActivityControl, runActivity } from './run.ts';

const stageLabels: Record<ReconstructProgress['stage'], string> = {
  decode: 'Reading the photo',
  segment: 'Finding the car',
  encode: 'Estimating shape and viewpoint',
  texture: 'Painting the texture',
  neural: 'Preparing the neural view',
};

function reconstruct(
  first: ReconstructProgress['stage'],
  start: (
    options: Pick<ActivityControl, 'signal'> & { onProgress(p: ReconstructProgress): void },
  ) => Promise<DocumentState>,
): Promise<boolean> {
  return runActivity(stageLabels[first], true, async ({ signal, report }) => {
    showDocument(
      await start({ signal, onProgress: ({ stage, fraction }) => report(stageLabels[stage], fraction) }),
    );
  });
}

/** Makes a new car from a photo; the open one stays until the new one is whole. */
export function importPhoto(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  return reconstruct('decode', (options) => studioOrThrow().call('photo.import', { name, bytes }, options));
}

/** Reconstructs the car at this pixel of the oriented photo. */
export function selectCar(x: number, y: number): Promise<boolean> {
  return reconstruct('encode', (options) => studioOrThrow().call('photo.selectCar', { x, y }, options));
}

export async function flip(): Promise<boolean> {
  if (!useDocument.getState().document) return false;
  return reconstruct('encode', (options) => studioOrThrow().call('viewpoint.flip', {}, options));
}

/** Enters the photo view at the estimated viewpoint, or leaves it. */
export function togglePhotoView(): void {
  const { document } = useDocument.getState();
  if (!document?.photo) return;
  useView.setState(({ photoView }) =>
    photoView ? { photoView: false } : { photoView: true, viewpoint: document.viewpoint },
  );
}
