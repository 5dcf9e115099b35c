import {
  Camera,
  CarFront,
  ChevronDown,
  Download,
  FolderOpen,
  ImagePlus,
  Keyboard,
  Redo2,
  Save,
  Sun,
  Undo2,
} from 'lucide-react';
import type { MenuCommand } from '../../shared/bridge.ts';
import { runCommand } from '../actions/commands.ts';
import { exportGlb } from '../actions/files.ts';
import { inBackground } from '../actions/run.ts';
import type { Host } from '../host.ts';
import { useDocument } from '../state/document.ts';
import { Button } from '../ui/button.tsx';
import { keys } from './keys.ts';
import { Menu, MenuItem, MenuSeparator } from './menu.tsx';
import styles from './toolbar.module.css';

/** Everything that is done to a car, by name and keys. */
export function AppMenu({ host, busy }: { host: Host; busy: boolean }) {
  const { document, canUndo, canRedo, undoLabel, redoLabel } = useDocument();
  const of = (command: MenuCommand) => ({ keys: keys(command), onSelect: () => runCommand(command, host) });
  const noCar = !document || busy;
  return (
    <Menu
      align="start"
      trigger={
        <Button variant="quiet" className={styles.brand ?? ''} aria-label="Turnaround menu">
          <CarFront size={18} aria-hidden />
          <span className={styles.word}>Turnaround</span>
          <ChevronDown size={13} aria-hidden />
        </Button>
      }
    >
      <MenuItem icon={ImagePlus} label="New from photo..." {...of('new-from-photo')} disabled={busy} />
      <MenuItem icon={FolderOpen} label="Open project..." {...of('open-project')} disabled={busy} />
      <MenuItem icon={Save} label="Save project" {...of('save-project')} disabled={noCar} />
      <MenuSeparator />
      <MenuItem icon={Download} label="Export GLB" {...of('export-glb')} disabled={noCar} />
      <MenuItem
        icon={Sun}
        label="Export GLB with the photo's light"
        disabled={noCar}
        onSelect={() => inBackground(exportGlb(host, 'baked'))}
      />
      <MenuItem icon={Camera} label="Export picture..." {...of('export-picture')} disabled={noCar} />
      <MenuSeparator />
      <MenuItem
        icon={Undo2}
        label={undoLabel ? `Undo ${undoLabel}` : 'Undo'}
        {...of('undo')}
        disabled={!canUndo || busy}
      />
      <MenuItem
        icon={Redo2}
        label={redoLabel ? `Redo ${redoLabel}` : 'Redo'}
        {...of('redo')}
        disabled={!canRedo || busy}
      />
      <MenuSeparator />
      <MenuItem icon={Keyboard} label="Keyboard shortcuts" {...of('shortcuts')} />
    </Menu>
  );
}
