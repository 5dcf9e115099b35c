import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { frugalMalloc } from '../../src/engine/host/frugal-malloc.ts';
import { launchChromium } from './chromium.ts';
import type { OpenHost } from './host.ts';

const cli = fileURLToPath(new URL('../../bin/turnaround.mjs', import.meta.url));

/** Starts `turnaround serve` and waits for the address that it prints. */
async function startServer(
  dataDir: string,
  options: string[],
  env: NodeJS.ProcessEnv,
): Promise<{ url: string; child: ChildProcess }> {
  const child = spawn(process.execPath, [cli, 'serve', '--port', '0', ...options], {
    env: { ...process.env, TURNAROUND_DATA: dataDir, ...frugalMalloc, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`turnaround serve ended with code ${code}`)));
    createInterface({ input: child.stdout as NonNullable<typeof child.stdout> }).on('line', (line) => {
      const address = /http:\/\/\S+/.exec(line)?.[0];
      if (address) resolve(address);
    });
  });
  return { url, child };
}

async function stopServer(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  await exited;
}

/**
 * Keeps every file chooser for the spec. Playwright takes choosers over only while someone listens, and takes effect
 * after a key that is pressed in the same breath: headless Chromium then cancels the chooser at once.
 */
function keepFileChoosers(page: Page): void {
  page.on('filechooser', () => {});
}

/** The browser host in a real browser; `options` are more of those that `turnaround serve` takes, `env` more of its environment. */
export async function openBrowserHost(
  dataDir?: string,
  options: string[] = [],
  env: NodeJS.ProcessEnv = {},
): Promise<OpenHost> {
  const folder = dataDir ?? (await mkdtemp(join(tmpdir(), 'turnaround-e2e-')));
  const { url, child } = await startServer(folder, options, env);
  let browser: Browser | undefined;
  const end = async () => {
    await browser?.close();
    await stopServer(child);
  };
  let page: Page;
  try {
    browser = await launchChromium();
    page = await browser.newPage({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
    keepFileChoosers(page);
    await page.goto(url);
  } catch (error) {
    await end();
    throw error;
  }
  return {
    page,
    async chooseFile(path, trigger) {
      const chooser = page.waitForEvent('filechooser');
      await trigger();
      await (await chooser).setFiles(path);
    },
    async savedFile(trigger) {
      const download = page.waitForEvent('download');
      await trigger();
      const file = await download;
      return { name: file.suggestedFilename(), bytes: new Uint8Array(await readFile(await file.path())) };
    },
    async restart() {
      await end();
      return openBrowserHost(folder, options, env);
    },
    async close() {
      await end();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
