import { EventEmitter } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { expect, test, vi } from 'vitest';
import { electronPort, nodePort, portPair } from './message-port.ts';

test('a Node port moves what is in the transfer list and tells when the other end closes', async () => {
  const { port1, port2 } = new MessageChannel();
  const [a, b] = [nodePort(port1), nodePort(port2)];
  const heard = new Promise((resolve) => b.onMessage(resolve));
  const closed = new Promise<void>((resolve) => b.onClose(resolve));
  const floats = new Float32Array([1, 2, 3]);
  a.post({ floats }, [floats.buffer]);
  expect(await heard).toEqual({ floats: new Float32Array([1, 2, 3]) });
  expect(floats.length).toBe(0);
  a.close();
  await closed;
});

test('an Electron port is started by its first listener and unwraps the event', () => {
  const emitter = new EventEmitter();
  const endpoint = Object.assign(emitter, { start: vi.fn(), postMessage: vi.fn(), close: vi.fn() });
  const port = electronPort(endpoint);
  const heard = vi.fn();
  port.onMessage(heard);
  expect(endpoint.start).toHaveBeenCalledOnce();
  emitter.emit('message', { data: { a: 1 } });
  expect(heard).toHaveBeenCalledWith({ a: 1 });
  port.post('out');
  expect(endpoint.postMessage).toHaveBeenCalledWith('out');
});

test('a pair delivers later, in order, and nothing after closing', async () => {
  const [a, b] = portPair();
  const heard: unknown[] = [];
  const closed = vi.fn();
  b.onMessage((message) => heard.push(message));
  a.onClose(closed);
  b.onClose(closed);
  a.post(1);
  a.post(2);
  expect(heard).toEqual([]);
  await Promise.resolve();
  expect(heard).toEqual([1, 2]);
  b.close();
  a.post(3);
  await Promise.resolve();
  expect(heard).toEqual([1, 2]);
  expect(closed).toHaveBeenCalledTimes(2);
});
