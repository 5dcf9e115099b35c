import { once } from 'node:events';
import { join } from 'node:path';
import open from 'open';
import { defaultDataDir, defaultModelsDir, packageRoot, sampleProject } from '../engine/host/paths.ts';
import { startEngine } from '../engine/host/start-engine.ts';
import type { Provider } from '../shared/studio-api.ts';
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
}

/** Runs the browser host until SIGINT or SIGTERM, or until the engine is lost; prints the address that opens the studio. */
export async function runBrowserHost(options: BrowserHostOptions = {}): Promise<void> {
  const engine = await startEngine({
    dataDir: options.dataDir ?? defaultDataDir(),
    modelsDir: options.modelsDir ?? defaultModelsDir(),
    provider: options.provider ?? 'auto',
    sampleProject: sampleProject(),
  });
  const stopped = ended((listener) => engine.onLost(listener));
  stopped.catch(() => {});
  let server: RunningServer | null = null;
  try {
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

/** Without a browser to open (a server, a container) the printed address is all there is to do. */
async function openBrowser(url: string): Promise<void> {
  const browser = await open(url).catch(() => null);
  browser?.on('error', () => console.log('No browser could be opened; open the address yourself.'));
}

async function ended(onLost: (listener: (error: Error) => void) => void): Promise<void> {
  const stop = new AbortController();
  const signals = ['SIGINT', 'SIGTERM'].map((name) =>
    once(process, name, { signal: stop.signal }).catch(() => {}),
  );
  const lost = new Promise<never>((_resolve, reject) => onLost(reject));
  try {
    await Promise.race([...signals, lost]);
  } finally {
    stop.abort();
  }
}
