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

/** What a task under way must not be disturbed by. */
const refusable: ReadonlySet<MenuCommand> = new Set([
  'new-from-photo',
  'open-project',
  'save-project',
  'export-glb',
  'export-picture',
  'undo',
  'redo',
  'refine',
  'flip',
]);

/** Does what a key, a menu of the page or a menu of the host asks for. */
export function runCommand(command: MenuCommand, host: Host): void {
  const actions: Record<MenuCommand, () => void> = {
    'new-from-photo': () => inBackground(openWithDialog(host, 'photo')),
    'open-project': () => inBackground(openWithDialog(host, 'project')),
    'save-project': () => inBackground(saveProject(host)),
    'export-glb': () => inBackground(exportGlb(host, 'albedo')),
    'export-picture': () => {
      if (useDocument.getState().document) openDialog('export-picture');
    },
    undo,
    redo,
    refine: () => inBackground(startRefinement()),
    flip: () => inBackground(flip()),
    'toggle-guessed': () => useView.setState(({ showGuessed }) => ({ showGuessed: !showGuessed })),
    'photo-view': togglePhotoView,
    'view-all': () => useView.setState({ layout: 'all' }),
    'view-mesh': () => useView.setState({ layout: 'mesh' }),
    'view-neural': () => useView.setState({ layout: 'neural' }),
    'view-photo': () => useView.setState({ layout: 'photo' }),
    shortcuts: () => openDialog('shortcuts'),
  };
  if (!(refusable.has(command) && isRefused())) actions[command]();
}
