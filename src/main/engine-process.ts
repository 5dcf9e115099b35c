import { MessageChannelMain, type MessagePortMain, utilityProcess } from 'electron';
import type { StudioOptions } from '../engine/studio.ts';
import type { ErrorPayload } from '../shared/errors.ts';

/** The engine in a utility process; pages talk to it over ports, main hears nothing of it. */
export interface EngineProcess {
  /** The page's end of a new connection. */
  openPort(): MessagePortMain;
  /** Asks the engine to save and end; resolves when its process is gone. */
  close(): Promise<void>;
}

/** Forks the built entry. `onLost` hears once, in words for the user, that the studio can't be opened or has died unasked. */
export function forkEngine(
  entry: string,
  options: StudioOptions,
  onLost: (reason: string) => void,
): EngineProcess {
  const child = utilityProcess.fork(entry, [JSON.stringify(options)], { serviceName: 'Turnaround engine' });
  let expected = false;
  const lose = (reason: string) => {
    if (expected) return;
    expected = true;
    onLost(reason);
  };
  const gone = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      resolve();
      lose(`The engine ended with code ${code}. Start Turnaround again; your last car was saved.`);
    });
  });
  child.once('message', ({ message, remedy }: ErrorPayload) => lose(`${message} ${remedy}`));
  return {
    openPort() {
      const { port1, port2 } = new MessageChannelMain();
      child.postMessage('connect', [port2]);
      return port1;
    },
    async close() {
      expected = true;
      child.postMessage('close');
      const hung = setTimeout(() => child.kill(), 10_000);
      await gone;
      clearTimeout(hung);
    },
  };
}
