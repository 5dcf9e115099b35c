import type { Port } from '../../shared/port.ts';

/** What a MessagePort of node:worker_threads, a Worker and a parentPort have in common. */
interface NodeEndpoint {
  postMessage(message: unknown, transfer?: readonly ArrayBuffer[]): void;
  on(event: 'message', listener: (message: unknown) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  close(): void;
}

/** What Electron's MessagePortMain has; a message arrives inside an event and array buffers are copied, not moved. */
interface ElectronEndpoint {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
  start(): void;
  close(): void;
}

/** A Node MessagePort as a Port. Posting after the other end has gone does nothing. */
export function nodePort(endpoint: NodeEndpoint): Port {
  return {
    post: (message, transfer) => endpoint.postMessage(message, transfer),
    onMessage: (listener) => {
      endpoint.on('message', listener);
    },
    onClose: (listener) => {
      endpoint.on('close', listener);
    },
    close: () => endpoint.close(),
  };
}

/** An Electron MessagePortMain (main or utility process) as a Port; starts when the first listener is there. */
export function electronPort(endpoint: ElectronEndpoint): Port {
  return {
    post: (message) => endpoint.postMessage(message),
    onMessage: (listener) => {
      endpoint.on('message', (event) => listener(event.data));
      endpoint.start();
    },
    onClose: (listener) => {
      endpoint.on('close', listener);
    },
    close: () => endpoint.close(),
  };
}

/** Two ends of a channel inside one thread: what one posts, the other hears in a later microtask, uncopied. */
export function portPair(): [Port, Port] {
  const ends = [0, 1].map(() => ({
    messages: [] as ((message: unknown) => void)[],
    closes: [] as (() => void)[],
  }));
  let open = true;
  const close = () => {
    if (!open) return;
    open = false;
    queueMicrotask(() => {
      for (const end of ends) for (const listener of end.closes) listener();
    });
  };
  const side = (own: number): Port => ({
    post: (message) => {
      queueMicrotask(() => {
        if (open) for (const listener of ends[1 - own]?.messages ?? []) listener(message);
      });
    },
    onMessage: (listener) => {
      ends[own]?.messages.push(listener);
    },
    onClose: (listener) => {
      ends[own]?.closes.push(listener);
    },
    close,
  });
  return [side(0), side(1)];
}
