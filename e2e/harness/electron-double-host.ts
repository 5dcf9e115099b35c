import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { vi } from 'vitest';
import { appDouble } from '../electron-double/app.ts';
import { BrowserWindowDouble } from '../electron-double/browser-window.ts';
import { desktop } from '../electron-double/desktop.ts';
import { ipcMainDouble } from '../electron-double/ipc-main.ts';
import { sessionDouble } from '../electron-double/session.ts';
import { utilityProcesses } from '../electron-double/utility-process.ts';
import type { OpenHost } from './host.ts';
import { writtenFile } from './written-file.ts';

const main = fileURLToPath(new URL('../../out/main/index.js', import.meta.url));

let runs = 0;

interface Start {
  /** a script that stands in for the engine's entry */
  engine?: string | undefined;
  packaged?: boolean;
  /** false when another instance runs */
  first?: boolean;
}

/** Runs the built main script as if Electron had just started it with this folder for the user's data. */
export async function startMain(
  folder: string,
  { engine, packaged = false, first = true }: Start = {},
): Promise<void> {
  utilityProcesses.standIn = engine ?? null;
  appDouble.reset(folder);
  appDouble.isPackaged = packaged;
  appDouble.firstInstance = first;
  appDouble.closeWindows = async () => {
    await Promise.all([...BrowserWindowDouble.all].map((window) => window.close()));
  };
  ipcMainDouble.reset();
  sessionDouble.reset();
  await import(`${main}?run=${++runs}`);
}

/** The built main process under the double of the electron module, its window a page of a real Chromium. */
export async function openElectronDouble(dataDir?: string, engine?: string): Promise<OpenHost> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'turnaround-electron-')));
  await startMain(folder, { engine });
  await vi.waitUntil(() => BrowserWindowDouble.all.length > 0, { timeout: 30_000 });
  const [window] = BrowserWindowDouble.all;
  if (!window) throw new Error('main opened no window');
  const page = await window.opened;
  const end = async () => {
    appDouble.quit();
    await appDouble.ended;
  };
  return {
    page,
    async chooseFile(path, trigger) {
      desktop.openAnswer = [path];
      await trigger();
    },
    async savedFile(trigger) {
      const bytes = await writtenFile(async (path) => {
        desktop.saveAnswer = path;
        await trigger();
      });
      return { name: basename(desktop.saveName), bytes };
    },
    async restart() {
      await end();
      return openElectronDouble(folder, engine);
    },
    async close() {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
