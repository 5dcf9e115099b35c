import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { _electron } from 'playwright-core';
import { electronBinary } from '../../scripts/electron-binary.ts';
import type { OpenHost } from './host.ts';
import { writtenFile } from './written-file.ts';

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
    page,
    async chooseFile(path, trigger) {
      await app.evaluate(({ dialog }, answer) => {
        dialog.showOpenDialog = async () => ({ canceled: false, filePaths: [answer] });
      }, path);
      await trigger();
    },
    async savedFile(trigger) {
      const proposed = await app.evaluateHandle(({ dialog }) => {
        const answer = { name: '', path: '' };
        dialog.showSaveDialog = async (...args: unknown[]) => {
          answer.name = (args.at(-1) as { defaultPath?: string }).defaultPath ?? '';
          return { canceled: false, filePath: answer.path };
        };
        return answer;
      });
      const bytes = await writtenFile(async (path) => {
        await proposed.evaluate((answer, chosen) => {
          answer.path = chosen;
        }, path);
        await trigger();
      });
      return { name: basename((await proposed.jsonValue()).name), bytes };
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
