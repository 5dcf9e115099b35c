import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { fromErrorPayload, StudioError } from '../../shared/errors.ts';
import type { Port } from '../../shared/port.ts';
import type { StudioOptions } from '../studio.ts';
import { spawnWorker } from '../workers/spawn.ts';
import { nodePort } from './message-port.ts';
import type { FromWorker, ToWorker } from './worker-protocol.ts';

/** The engine in a thread of its own, so that a host's event loop never waits for it. */
export interface EngineHost {
  /** A port for one more client; give it to connectStudio, or to a bridge to another process. */
  connect(): Port;
  /** The same as a bare MessagePort, to be transferred to another thread. */
  openPort(): MessagePort;
  /** Fires once if the engine's thread dies unasked; every client's calls have then failed with `connection-lost`. */
  onLost(listener: (error: StudioError) => void): void;
  /** Ends tasks, saves and stops the thread. */
  close(): Promise<void>;
}

/**
 * Starts the engine's worker thread and waits until the studio is open. Rejects with the studio's own error when it
 * can't open (models missing, data folder not writable ...). `entry` is another worker for tests.
 */
export async function startEngine(
  options: StudioOptions,
  entry: URL = new URL('./engine-worker.ts', import.meta.url),
): Promise<EngineHost> {
  const worker = spawnWorker(entry, { workerData: options, name: 'turnaround-engine' });
  const lostListeners: ((error: StudioError) => void)[] = [];
  const exited = new Promise<void>((resolve) => worker.once('exit', () => resolve()));
  let closing = false;
  let crash: Error | undefined;
  worker.on('error', (error: Error) => {
    crash = error;
  });

  await new Promise<void>((resolve, reject) => {
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'ready') resolve();
      if (message.kind === 'failed') reject(fromErrorPayload(message.error));
    });
    worker.once('exit', () => {
      const lost = workerLost(crash);
      reject(lost);
      if (!closing) for (const listener of lostListeners) listener(lost);
    });
  });

  const openPort = () => {
    const { port1, port2 } = new MessageChannel();
    const message: ToWorker = { kind: 'connect', port: port2 };
    worker.postMessage(message, [port2]);
    return port1;
  };
  return {
    openPort,
    connect: () => nodePort(openPort()),
    onLost: (listener) => {
      lostListeners.push(listener);
    },
    close: async () => {
      closing = true;
      const message: ToWorker = { kind: 'close' };
      worker.postMessage(message);
      const hung = setTimeout(() => void worker.terminate(), 10_000);
      await exited;
      clearTimeout(hung);
    },
  };
}

function workerLost(cause: Error | undefined): StudioError {
  return new StudioError(
    'worker-lost',
    `The engine stopped${cause ? `: ${cause.message}` : ' unexpectedly'}.`,
    'Start Turnaround again; your last car was saved.',
    { cause },
  );
}
