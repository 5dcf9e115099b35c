import type { MenuCommand } from '../../shared/bridge.ts';
import type { Host } from '../host.ts';
import { openDialog } from '../state/dialogs.ts';
import { useView } from '../state/view.ts';
import { redo, undo } from './document.ts';
import { exportGlb, openWithDialog, saveProject } from './files.ts';
import {
  isRefused,
  noCar,
  noPhoto,
  nothingToRedo,
  nothingToUndo,
  type Obstacle,
  taskUnderWay,
  undecided,
} from './obstacles.ts';
import { flip, togglePhotoView } from './photo.ts';
import { startRefinement } from './refine.ts';
import { inBackground } from './run.ts';

const unless = (obstacles: readonly Obstacle[], act: () => void) => () => {
  if (!isRefused(...obstacles)) act();
};

/** Does what a key, a menu of the page or a menu of the host asks for, or says what stands in its way. */
export function runCommand(command: MenuCommand, host: Host): void {
  const actions: Record<MenuCommand, () => void> = {
    'new-from-photo': unless([taskUnderWay], () => inBackground(openWithDialog(host, 'photo'))),
    'open-project': unless([taskUnderWay], () => inBackground(openWithDialog(host, 'project'))),
    'save-project': unless([taskUnderWay, noCar], () => inBackground(saveProject(host))),
    'export-glb': unless([taskUnderWay, noCar], () => inBackground(exportGlb(host, 'albedo'))),
    'export-picture': unless([taskUnderWay, noCar], () => openDialog('export-picture')),
    undo: unless([taskUnderWay, nothingToUndo], undo),
    redo: unless([taskUnderWay, nothingToRedo], redo),
    refine: unless([taskUnderWay, noCar, noPhoto, undecided], () => inBackground(startRefinement())),
    flip: unless([taskUnderWay, noCar], () => inBackground(flip())),
    'toggle-guessed': () => useView.setState(({ showGuessed }) => ({ showGuessed: !showGuessed })),
    'photo-view': unless([noCar, noPhoto], togglePhotoView),
    'view-all': () => useView.setState({ layout: 'all' }),
    'view-mesh': () => useView.setState({ layout: 'mesh' }),
    'view-neural': () => useView.setState({ layout: 'neural' }),
    'view-photo': () => useView.setState({ layout: 'photo' }),
    shortcuts: () => openDialog('shortcuts'),
  };
  actions[command]();
}
