import {
  Box,
  Download,
  Image,
  ImagePlus,
  Keyboard,
  LayoutGrid,
  type LucideIcon,
  Redo2,
  Sparkles,
  Undo2,
} from 'lucide-react';
import { runCommand } from '../actions/commands.ts';
import type { Host } from '../host.ts';
import { useActivity } from '../state/activity.ts';
import { useDocument } from '../state/document.ts';
import { useRefine } from '../state/refine.ts';
import { type Layout, useView } from '../state/view.ts';
import { Button, Hint, IconButton } from '../ui/button.tsx';
import { Segments } from '../ui/choices.tsx';
import { AppMenu } from './app-menu.tsx';
import { keys } from './keys.ts';
import { NameField } from './name-field.tsx';
import { ThemeMenu } from './theme-menu.tsx';
import styles from './toolbar.module.css';

const layouts = [
  { value: 'all', label: 'All panes', icon: LayoutGrid, keys: '1' },
  { value: 'mesh', label: '3D viewport only', icon: Box, keys: '2' },
  { value: 'neural', label: 'Neural view only', icon: Sparkles, keys: '3' },
  { value: 'photo', label: 'Photo only', icon: Image, keys: '4' },
] as const satisfies readonly { value: Layout; label: string; icon: LucideIcon; keys: string }[];

export function Toolbar({ host }: { host: Host }) {
  const { document, canUndo, canRedo, undoLabel, redoLabel } = useDocument();
  const layout = useView((state) => state.layout);
  const activity = useActivity((state) => state.activity !== null);
  const refining = useRefine((state) => state.phase === 'running');
  const busy = activity || refining;
  return (
    <header className={styles.toolbar}>
      <AppMenu host={host} busy={busy} />
      <span className={styles.gap} />
      <Button icon={ImagePlus} disabled={busy} onClick={() => runCommand('new-from-photo', host)}>
        New from photo
      </Button>
      <IconButton
        icon={Undo2}
        label={undoLabel ? `Undo ${undoLabel}` : 'Undo'}
        keys={keys('undo')}
        disabled={!canUndo || busy}
        onClick={() => runCommand('undo', host)}
      />
      <IconButton
        icon={Redo2}
        label={redoLabel ? `Redo ${redoLabel}` : 'Redo'}
        keys={keys('redo')}
        disabled={!canRedo || busy}
        onClick={() => runCommand('redo', host)}
      />
      <div className={styles.middle}>
        <NameField busy={busy} />
      </div>
      <Segments
        label="Panes"
        value={layout}
        options={layouts}
        onChange={(value) => useView.setState({ layout: value })}
      />
      <span className={styles.gap} />
      <IconButton
        icon={Keyboard}
        label="Keyboard shortcuts"
        keys="?"
        onClick={() => runCommand('shortcuts', host)}
      />
      <ThemeMenu />
      <Hint hint="Albedo texture, metres, +Y up" keys={keys('export-glb')}>
        <Button
          variant="primary"
          icon={Download}
          disabled={!document || busy}
          onClick={() => runCommand('export-glb', host)}
        >
          Export GLB
        </Button>
      </Hint>
    </header>
  );
}
