import type { MenuCommand } from '../../shared/bridge.ts';
import type { Host } from '../host.ts';
import { openDialog } from '../state/dialogs.ts';
import { useDocument } from '../state/document.ts';
import { useView } from '../state/view.ts';
import { redo, undo } from './document.ts';
import { exportGlb, openWithDialog, saveProject } from './files.ts';
import { flip, togglePhotoView } from './photo.ts';
import { startRefinement } from './refine.ts';
import { inBackground, isRefused } from './run.ts';

/** An action that a task under way refuses aloud. */
const unlessBusy = (act: () => void) => () => {
  if (!isRefused()) act();
};

/** Does what a key, a menu of the page or a menu of the host asks for. */
export function runCommand(command: MenuCommand, host: Host): void {
  const actions: Record<MenuCommand, () => void> = {
    'new-from-photo': unlessBusy(() => inBackground(openWithDialog(host, 'photo'))),
    'open-project': unlessBusy(() => inBackground(openWithDialog(host, 'project'))),
    'save-project': unlessBusy(() => inBackground(saveProject(host))),
    'export-glb': unlessBusy(() => inBackground(exportGlb(host, 'albedo'))),
    'export-picture': unlessBusy(() => {
      if (useDocument.getState().document) openDialog('export-picture');
    }),
    undo: unlessBusy(undo),
    redo: unlessBusy(redo),
    refine: unlessBusy(() => inBackground(startRefinement())),
    flip: unlessBusy(() => inBackground(flip())),
    'toggle-guessed': () => useView.setState(({ showGuessed }) => ({ showGuessed: !showGuessed })),
    'photo-view': togglePhotoView,
    'view-all': () => useView.setState({ layout: 'all' }),
    'view-mesh': () => useView.setState({ layout: 'mesh' }),
    'view-neural': () => useView.setState({ layout: 'neural' }),
    'view-photo': () => useView.setState({ layout: 'photo' }),
    shortcuts: () => openDialog('shortcuts'),
  };
  actions[command]();
}
