import { EventEmitter } from 'node:events';
import { PortDouble } from './ports.ts';
import type { UtilityMessage } from './utility-process.ts';

/** Runs first in the double's utility process (utility-preload.mjs) and gives it the `process.parentPort` that Electron gives. */
const ports = new Map<number, PortDouble>();
const waiting: unknown[] = [];

class ParentPortDouble extends EventEmitter {
  override on(event: string, listener: (...args: unknown[]) => void): this {
    super.on(event, listener);
    if (event === 'message') for (const message of waiting.splice(0)) this.emit('message', message);
    return this;
  }

  postMessage(data: unknown): void {
    send({ kind: 'message', data, ports: [] });
  }
}

const parentPort = new ParentPortDouble();

function send(message: UtilityMessage): void {
  if (process.connected) process.send?.(message);
}

function receive(id: number): PortDouble {
  const [mine, theirs] = PortDouble.pair();
  ports.set(id, theirs);
  theirs.transferTo({
    send: (data) => send({ kind: 'port-message', port: id, data }),
    closed: () => send({ kind: 'port-close', port: id }),
  });
  return mine;
}

process.on('message', (raw) => {
  const message = raw as UtilityMessage;
  if (message.kind === 'port-message') ports.get(message.port)?.postMessage(message.data);
  if (message.kind === 'port-close') ports.get(message.port)?.close();
  if (message.kind === 'message') {
    const event = { data: message.data, ports: message.ports.map(receive) };
    if (parentPort.listenerCount('message') > 0) parentPort.emit('message', event);
    else waiting.push(event);
  }
});
process.on('disconnect', () => process.exit(1));

Object.defineProperty(process, 'parentPort', { value: parentPort });
