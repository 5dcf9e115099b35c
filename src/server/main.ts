import { join } from 'node:path';
import { defaultDataDir, defaultModelsDir, packageRoot, sampleProject } from '../engine/host/paths.ts';
import { startEngine } from '../engine/host/start-engine.ts';
import type { Provider } from '../shared/studio-api.ts';
import { openBrowser } from './open-browser.ts';
import { type RunningServer, serve } from './serve.ts';

export interface BrowserHostOptions {
  /** address to listen on; the loopback by default */
  host?: string;
  /** 0, the default, takes any free port */
  port?: number;
  /** opens the user's browser at the page */
  open?: boolean;
  dataDir?: string;
  modelsDir?: string;
  provider?: Provider | 'auto';
  /** ends the host */
  signal: AbortSignal;
}

/** Runs the browser host until its signal fires or the engine is lost; prints the address that opens the studio. */
export async function runBrowserHost(options: BrowserHostOptions): Promise<void> {
  const engine = await startEngine({
    dataDir: options.dataDir ?? defaultDataDir(),
    modelsDir: options.modelsDir ?? defaultModelsDir(),
    provider: options.provider ?? 'auto',
    sampleProject: sampleProject(),
  });
  const stopped = new Promise<void>((resolve, reject) => {
    engine.onLost(reject);
    if (options.signal.aborted) resolve();
    options.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  stopped.catch(() => {});
  let server: RunningServer | null = null;
  try {
    if (options.signal.aborted) return;
    server = await serve({
      address: options.host ?? '127.0.0.1',
      port: options.port ?? 0,
      pageDir: join(packageRoot(), 'out', 'renderer'),
      connect: () => engine.connect(),
    });
    console.log(`Turnaround is open at ${server.url}`);
    console.log('Keep the address to yourself: who has it can use this studio. Ctrl-C ends it.');
    if (options.open) await openBrowser(server.url);
    await stopped;
  } finally {
    await server?.close();
    await engine.close();
  }
}
