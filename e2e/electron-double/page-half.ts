import type { ContextBridge, IpcRenderer } from 'electron';
import { decodeMessage, encodeMessage } from '../../src/shared/wire.ts';
import type { ToPage, ToWindow } from './page-messages.ts';

/**
 * The page's half of the double: gives the real preload its `require('electron')` and carries its messages and ports
 * over a loopback WebSocket to the window's half. Built to one script and put in front of the page.
 */
declare global {
  interface Window {
    __electronDouble: (address: string, preload: (require: (name: string) => unknown) => void) => void;
  }
}

type Listener = (event: { ports: MessagePort[] }, ...args: unknown[]) => void;

function connect(address: string) {
  const socket = new WebSocket(address);
  socket.binaryType = 'arraybuffer';
  const unsent: Uint8Array[] = [];
  const listeners = new Map<string, Set<Listener>>();
  const answers = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const ports = new Map<number, MessagePort>();
  let nextCall = 1;

  const send = (message: ToWindow) => {
    const bytes = encodeMessage(message);
    if (socket.readyState === WebSocket.OPEN) socket.send(bytes.slice());
    else unsent.push(bytes);
  };

  const adopt = (id: number): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => send({ kind: 'port-message', port: id, data });
    ports.set(id, port1);
    return port2;
  };

  const hear = (message: ToPage) => {
    if (message.kind === 'port-message') ports.get(message.port)?.postMessage(message.data);
    if (message.kind === 'port-close') ports.get(message.port)?.close();
    if (message.kind === 'event') {
      const event = { ports: message.ports.map(adopt) };
      for (const listener of listeners.get(message.channel) ?? []) listener(event, ...message.args);
    }
    if (message.kind === 'answer') answers.get(message.id)?.resolve(message.value);
    if (message.kind === 'failure') answers.get(message.id)?.reject(new Error(message.message));
    if ('id' in message) answers.delete(message.id);
  };

  socket.addEventListener('open', () => {
    for (const bytes of unsent.splice(0)) socket.send(bytes.slice());
  });
  socket.addEventListener('message', ({ data }) =>
    hear(decodeMessage(new Uint8Array(data as ArrayBuffer)) as ToPage),
  );

  return {
    send: (channel: string, ...args: unknown[]) => send({ kind: 'send', channel, args }),
    invoke: (channel: string, ...args: unknown[]) =>
      new Promise((resolve, reject) => {
        const id = nextCall++;
        answers.set(id, { resolve, reject });
        send({ kind: 'invoke', id, channel, args });
      }),
    on: (channel: string, listener: Listener) => {
      listeners.set(channel, (listeners.get(channel) ?? new Set()).add(listener));
    },
    removeListener: (channel: string, listener: Listener) => {
      listeners.get(channel)?.delete(listener);
    },
  };
}

const contextBridge: Pick<ContextBridge, 'exposeInMainWorld'> = {
  exposeInMainWorld: (name, api) => {
    Object.defineProperty(window, name, { value: Object.freeze(api), enumerable: true });
  },
};

window.__electronDouble = (address, preload) => {
  const ipcRenderer = connect(address) as unknown as Pick<
    IpcRenderer,
    'send' | 'invoke' | 'on' | 'removeListener'
  >;
  preload((name) => {
    if (name !== 'electron') throw new Error(`A sandboxed preload can't require ${name}.`);
    return { contextBridge, ipcRenderer };
  });
};
