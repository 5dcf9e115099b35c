import { MessageChannelMain, type MessagePortMain, utilityProcess } from 'electron';
import type { StudioOptions } from '../engine/studio.ts';

/** The engine in a utility process; pages talk to it over ports, main hears nothing of it. */
export interface EngineProcess {
  /** The page's end of a new connection. */
  openPort(): MessagePortMain;
  /** Asks the engine to save and end; resolves when its process is gone. */
  close(): Promise<void>;
}

/** Forks the built entry. `onLost` hears the exit code if the engine ends unasked. */
export function forkEngine(
  entry: string,
  options: StudioOptions,
  onLost: (code: number) => void,
): EngineProcess {
  const child = utilityProcess.fork(entry, [JSON.stringify(options)], { serviceName: 'Turnaround engine' });
  let closing = false;
  const gone = new Promise<void>((resolve) => {
    child.once('exit', (code) => {
      resolve();
      if (!closing) onLost(code);
    });
  });
  return {
    openPort() {
      const { port1, port2 } = new MessageChannelMain();
      child.postMessage('connect', [port2]);
      return port1;
    },
    async close() {
      closing = true;
      child.postMessage('close');
      const hung = setTimeout(() => child.kill(), 10_000);
      await gone;
      clearTimeout(hung);
    },
  };
}
