import { studioOrThrow } from '../state/connection.ts';
import { useDocument } from '../state/document.ts';
import { showDocument } from './document.ts';
import { inBackground, runActivity } from './run.ts';

export function openFromLibrary(id: string): void {
  if (useDocument.getState().document?.id === id) return;
  inBackground(
    runActivity('Opening the car', false, async () => {
      showDocument(await studioOrThrow().call('library.open', { id }));
    }),
  );
}

export function removeFromLibrary(id: string): void {
  inBackground(
    (async () => {
      useDocument.setState({ library: await studioOrThrow().call('library.remove', { id }) });
    })(),
  );
}
