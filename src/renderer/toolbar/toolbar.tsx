import {
  Box,
  Camera,
  CarFront,
  ChevronDown,
  Download,
  FolderOpen,
  Image,
  ImagePlus,
  Keyboard,
  LayoutGrid,
  type LucideIcon,
  Monitor,
  Moon,
  Redo2,
  Save,
  Sparkles,
  Sun,
  Undo2,
} from 'lucide-react';
import { useEffect, useState } from 'react';
import type { MenuCommand } from '../../shared/bridge.ts';
import { runCommand } from '../actions/commands.ts';
import { rename } from '../actions/document.ts';
import { exportGlb } from '../actions/files.ts';
import { inBackground } from '../actions/run.ts';
import { keysOf } from '../actions/shortcuts.ts';
import type { Host } from '../host.ts';
import { useActivity } from '../state/activity.ts';
import { useDocument } from '../state/document.ts';
import { useRefine } from '../state/refine.ts';
import { type Theme, themes, useTheme } from '../state/theme.ts';
import { type Layout, useView } from '../state/view.ts';
import { Button, Hint, IconButton } from '../ui/button.tsx';
import { Segments } from '../ui/choices.tsx';
import { ChoiceItem, Menu, MenuItem, MenuSeparator } from './menu.tsx';
import styles from './toolbar.module.css';

const mac = navigator.userAgent.includes('Mac OS');
const keys = (command: MenuCommand) => keysOf(command, mac);

const layouts = [
  { value: 'all', label: 'All panes', icon: LayoutGrid, keys: '1' },
  { value: 'mesh', label: '3D viewport only', icon: Box, keys: '2' },
  { value: 'neural', label: 'Neural view only', icon: Sparkles, keys: '3' },
  { value: 'photo', label: 'Photo only', icon: Image, keys: '4' },
] as const satisfies readonly { value: Layout; label: string; icon: LucideIcon; keys: string }[];

function AppMenu({ host, busy }: { host: Host; busy: boolean }) {
  const { document, canUndo, canRedo, undoLabel, redoLabel } = useDocument();
  const run = (command: MenuCommand) => () => runCommand(command, host);
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
      <MenuItem
        icon={ImagePlus}
        label="New from photo..."
        keys={keys('new-from-photo')}
        disabled={busy}
        onSelect={run('new-from-photo')}
      />
      <MenuItem
        icon={FolderOpen}
        label="Open project..."
        keys={keys('open-project')}
        disabled={busy}
        onSelect={run('open-project')}
      />
      <MenuItem
        icon={Save}
        label="Save project"
        keys={keys('save-project')}
        disabled={noCar}
        onSelect={run('save-project')}
      />
      <MenuSeparator />
      <MenuItem
        icon={Download}
        label="Export GLB"
        keys={keys('export-glb')}
        disabled={noCar}
        onSelect={run('export-glb')}
      />
      <MenuItem
        icon={Sun}
        label="Export GLB with the photo's light"
        disabled={noCar}
        onSelect={() => inBackground(exportGlb(host, 'baked'))}
      />
      <MenuItem
        icon={Camera}
        label="Export picture..."
        keys={keys('export-picture')}
        disabled={noCar}
        onSelect={run('export-picture')}
      />
      <MenuSeparator />
      <MenuItem
        icon={Undo2}
        label={undoLabel ? `Undo ${undoLabel}` : 'Undo'}
        keys={keys('undo')}
        disabled={!canUndo || busy}
        onSelect={run('undo')}
      />
      <MenuItem
        icon={Redo2}
        label={redoLabel ? `Redo ${redoLabel}` : 'Redo'}
        keys={keys('redo')}
        disabled={!canRedo || busy}
        onSelect={run('redo')}
      />
      <MenuSeparator />
      <MenuItem
        icon={Keyboard}
        label="Keyboard shortcuts"
        keys={keys('shortcuts')}
        onSelect={run('shortcuts')}
      />
    </Menu>
  );
}

/** The car's name, changed in place. */
function NameField({ busy }: { busy: boolean }) {
  const name = useDocument((state) => state.document?.name ?? '');
  const unsaved = useDocument((state) => state.unsaved && state.document !== null);
  const [text, setText] = useState(name);
  useEffect(() => setText(name), [name]);
  if (!name) return null;
  return (
    <>
      <input
        className={styles.name}
        aria-label="Name of the car"
        value={text}
        maxLength={200}
        disabled={busy}
        onChange={(event) => setText(event.target.value)}
        onBlur={() => (text.trim() ? rename(text) : setText(name))}
        onKeyDown={(event) => {
          if (event.key === 'Enter') event.currentTarget.blur();
          if (event.key === 'Escape') setText(name);
        }}
      />
      {unsaved && <span className={styles.unsaved}>unsaved changes</span>}
    </>
  );
}

const themeIcons = { system: Monitor, dark: Moon, light: Sun };
const themeNames: Record<Theme, string> = { system: 'As the system', dark: 'Dark', light: 'Light' };

function ThemeMenu() {
  const theme = useTheme((state) => state.theme);
  const Icon = themeIcons[theme];
  return (
    <Menu
      align="end"
      trigger={
        <Button variant="quiet" aria-label="Theme">
          <Icon size={15} aria-hidden />
        </Button>
      }
    >
      {themes.map((value) => (
        <ChoiceItem
          key={value}
          icon={themeIcons[value]}
          label={themeNames[value]}
          value={value}
          chosen={theme}
          onChoose={(chosen) => useTheme.setState({ theme: chosen })}
        />
      ))}
    </Menu>
  );
}

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
