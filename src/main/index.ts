import { join } from 'node:path';
import { app, BrowserWindow, dialog, session } from 'electron';
import { forkEngine } from './engine-process.ts';
import { answerPages } from './ipc.ts';
import { setApplicationMenu } from './menu.ts';
import { registerPageScheme, servePage } from './page-protocol.ts';
import { lockDown } from './security.ts';
import { openWindow } from './window.ts';

const built = join(import.meta.dirname, '..');
const resources = app.isPackaged ? process.resourcesPath : join(built, '..');
const preload = join(built, 'preload', 'index.cjs');

async function start(): Promise<void> {
  await app.whenReady();
  lockDown(app, session.defaultSession);
  servePage(session.defaultSession, join(built, 'renderer'));
  const engine = forkEngine(
    join(import.meta.dirname, 'engine-entry.js'),
    {
      dataDir: process.env.TURNAROUND_DATA || join(app.getPath('userData'), 'studio'),
      modelsDir: join(resources, 'models'),
      provider: 'auto',
      sampleProject: join(resources, 'resources', 'sample.turnaround'),
    },
    (reason) => {
      dialog.showErrorBox('The engine stopped', reason);
      app.quit();
    },
  );
  answerPages(engine);
  setApplicationMenu(app);
  openWindow(preload);

  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) openWindow(preload);
  });
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin') app.quit();
  });
  let saved = false;
  app.on('will-quit', (event) => {
    if (saved) return;
    event.preventDefault();
    void engine.close().then(() => {
      saved = true;
      app.quit();
    });
  });
}

registerPageScheme();
if (app.requestSingleInstanceLock()) void start();
else app.quit();
