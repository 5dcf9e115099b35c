import { type App, BrowserWindow, Menu, type MenuItemConstructorOptions } from 'electron';
import type { MenuCommand } from '../shared/bridge.ts';
import { ipcChannels } from '../shared/ipc-channels.ts';

/** The page also listens to these keys itself, so the menu only shows them. */
function command(label: string, name: MenuCommand, accelerator?: string): MenuItemConstructorOptions {
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
        command('New from Photo…', 'new-from-photo', 'CmdOrCtrl+N'),
        command('Open Project…', 'open-project', 'CmdOrCtrl+O'),
        command('Save Project…', 'save-project', 'CmdOrCtrl+S'),
        separator,
        command('Export GLB…', 'export-glb', 'CmdOrCtrl+E'),
        command('Export Picture…', 'export-picture'),
        separator,
        { role: mac ? 'close' : 'quit' },
      ],
    },
    {
      label: '&Edit',
      submenu: [
        command('Undo', 'undo', 'CmdOrCtrl+Z'),
        command('Redo', 'redo', 'CmdOrCtrl+Shift+Z'),
        separator,
        { role: 'cut' },
        { role: 'copy' },
        { role: 'paste' },
      ],
    },
    {
      label: '&Car',
      submenu: [
        command('Refine', 'refine', 'R'),
        command('Flip Front and Back', 'flip', 'F'),
        command('Show What Was Guessed', 'toggle-guessed', 'G'),
      ],
    },
    {
      label: '&View',
      submenu: [
        command('Photo View', 'photo-view'),
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
