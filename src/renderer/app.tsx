import { Tooltip } from 'radix-ui';
import { useEffect } from 'react';
import { runCommand } from './actions/commands.ts';
import { commandOf } from './actions/shortcuts.ts';
import styles from './app.module.css';
import { EngineDialog } from './dialogs/engine-dialog.tsx';
import { ExportPictureDialog } from './dialogs/export-picture-dialog.tsx';
import { ShortcutsDialog } from './dialogs/shortcuts-dialog.tsx';
import type { Host } from './host.ts';
import { ActivityCard, ConnectionBanner, DropTarget, Notifications } from './notices.tsx';
import { Toolbar } from './toolbar/toolbar.tsx';
import { Workspace } from './workspace.tsx';

/** True where letters belong to what is typed. */
function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [role=menu]') !== null;
}

/** A field commits what was typed when it is left: a command acts on what is seen. */
function commitTyping(target: EventTarget | null): void {
  if (!(target instanceof HTMLInputElement)) return;
  target.blur();
  target.focus();
}

/** The focus is then inside of it, and keys are meant for it alone. */
const dialogIsOpen = () => document.querySelector('[role=dialog]') !== null;

/** Keys of the page and commands of the host's own menu. */
function useCommands(host: Host): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const command = commandOf(event);
      if (!command || event.repeat || dialogIsOpen()) return;
      if (isTyping(event.target) && !(event.ctrlKey || event.metaKey)) return;
      if (isTyping(event.target) && (command === 'undo' || command === 'redo')) return;
      event.preventDefault();
      commitTyping(event.target);
      runCommand(command, host);
    };
    window.addEventListener('keydown', onKey);
    const stop = host.onMenuCommand((command) => runCommand(command, host));
    return () => {
      window.removeEventListener('keydown', onKey);
      stop();
    };
  }, [host]);
}

export function App({ host }: { host: Host }) {
  useCommands(host);
  return (
    <Tooltip.Provider delayDuration={500}>
      <div className={styles.app}>
        <ConnectionBanner />
        <Toolbar host={host} />
        <Workspace onChoosePhoto={() => runCommand('new-from-photo', host)} />
      </div>
      <ActivityCard />
      <Notifications />
      <DropTarget />
      <ShortcutsDialog />
      <ExportPictureDialog host={host} />
      <EngineDialog />
    </Tooltip.Provider>
  );
}
