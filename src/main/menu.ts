import { type App, BrowserWindow, Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../shared/bridge.ts';
import { ipcChannels } from '../shared/ipc-channels.ts';
import { shortcuts } from '../shared/shortcuts.ts';

/** A command's keys as Electron writes them; plain letters only where a menu need not hear what it shows, which a Mac's does. */
function acceleratorOf(name: MenuCommand): string | null {
  const shortcut = shortcuts.find(({ command }) => command === name);
  if (!shortcut || (!shortcut.modifier && process.platform === 'darwin')) return null;
  const { key, modifier, shift } = shortcut;
  return [modifier ? 'CmdOrCtrl' : '', shift ? 'Shift' : '', key.toUpperCase()].filter(Boolean).join('+');
}

/** The page listens to the keys itself, so the menu only shows them. */
function command(label: string, name: MenuCommand): MenuItemConstructorOptions {
  const accelerator = acceleratorOf(name);
  return {
    label,
    ...(accelerator ? { accelerator, registerAccelerator: false } : {}),
    click: () => BrowserWindow.getFocusedWindow()?.webContents.send(ipcChannels.menuCommand, name),
  };
}

const separator: MenuItemConstructorOptions = { type: 'separator' };

/** The application menu: what the page's toolbar offers, in the platform's usual order. */
export function setApplicationMenu(app: App): void {
  const mac = process.platform === 'darwin';
  const template: MenuItemConstructorOptions[] = [
    ...(mac ? [{ label: app.name, role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
    {
      label: '&File',
      submenu: [
        command('New from Photo…', 'new-from-photo'),
        command('Open Project…', 'open-project'),
        command('Save Project…', 'save-project'),
        separator,
        command('Export GLB…', 'export-glb'),
        command('Export Picture…', 'export-picture'),
        separator,
        { role: mac ? 'close' : 'quit' },
      ],
    },
    {
      label: '&Edit',
      submenu: [
        command('Undo', 'undo'),
        command('Redo', 'redo'),
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
      ],
    },
    {
      label: '&Car',
      submenu: [
        command('Refine', 'refine'),
        command('Flip Front and Back', 'flip'),
        command('Show What Was Guessed', 'toggle-guessed'),
      ],
    },
    {
      label: '&View',
      submenu: [
        command('Photo View', 'photo-view'),
        separator,
        { role: 'reload' },
        separator,
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'resetZoom' },
        { role: 'togglefullscreen' },
        { role: 'toggleDevTools' },
      ],
    },
    { label: '&Help', submenu: [command('Keyboard Shortcuts', 'shortcuts')] },
  ];
  Menu.setApplicationMenu(Menu.buildFromTemplate(template));
}
