import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright-core';
import { vi } from 'vitest';
import { electronBinary } from '../../scripts/electron-binary.ts';
import type { OpenHost } from './host.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** Is there an Electron on this disk? */
export const hasElectron = electronBinary(root) !== null;

/** The built studio in a real Electron; only its file dialogs are answered by the spec. */
export async function openRealElectron(dataDir?: string): Promise<OpenHost> {
  const executablePath = electronBinary(root);
  if (!executablePath) throw new Error('There is no Electron on this disk.');
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'turnaround-electron-')));
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const app = await _electron.launch({
    executablePath,
    args: [root, `--user-data-dir=${folder}`, ...sandbox],
  });
  const page = await app.firstWindow();
  return {
    name: 'electron',
    page,
    async chooseFile(path, trigger) {
      await app.evaluate(({ dialog }, answer) => {
        dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [answer] });
      }, path);
      await trigger();
    },
    async savedFile(trigger) {
      const path = join(await mkdtemp(join(tmpdir(), 'turnaround-saved-')), 'saved');
      const proposed = await app.evaluateHandle(({ dialog }, answer) => {
        const seen = { name: '' };
        dialog.showSaveDialog = async (...args: unknown[]) => {
          seen.name = (args.at(-1) as { defaultPath?: string }).defaultPath ?? '';
          return { canceled: false, filePath: answer };
        };
        return seen;
      }, path);
      await trigger();
      const bytes = await vi.waitUntil(() => readFile(path).catch(() => null), { timeout: 30_000 });
      return { name: basename((await proposed.jsonValue()).name), bytes: new Uint8Array(bytes) };
    },
    async restart() {
      await app.close();
      return openRealElectron(folder);
    },
    async close() {
      await app.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
