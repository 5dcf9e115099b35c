import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { decodeMessage } from '../shared/wire.ts';
import { socketPort } from './socket-port.ts';

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** Both ends of a connection. */
async function connect(): Promise<[server: WebSocket, page: WebSocket]> {
  const sockets = new WebSocketServer({ port: 0 });
  await once(sockets, 'listening');
  const { port } = sockets.address() as AddressInfo;
  const page = new WebSocket(`ws://127.0.0.1:${port}`);
  ends.push(() => {
    page.terminate();
    sockets.close();
  });
  const [server] = (await once(sockets, 'connection')) as [WebSocket];
  await once(page, 'open');
  return [server, page];
}

it('leaves out progress for a page that does not keep up, and nothing else', async () => {
  const [server, page] = await connect();
  const port = socketPort(server, 1_000_000);
  const heard: unknown[] = [];
  page.on('message', (data: Buffer) => {
    const { kind, id } = decodeMessage(data) as { kind: string; id: number };
    heard.push(`${kind} ${id}`);
  });
  page.pause();
  const value = { texture: new Uint8Array(400_000) };
  for (let id = 0; id < 200; id++) port.post({ kind: 'progress', id, value });
  expect(server.bufferedAmount).toBeLessThan(10_000_000);
  port.post({ kind: 'result', id: 200, value });
  page.resume();
  await expect.poll(() => heard.at(-1), { timeout: 10_000 }).toBe('result 200');
  expect(heard[0]).toBe('progress 0');
  expect(heard.length).toBeLessThan(200);
  port.post({ kind: 'progress', id: 201, value });
  await expect.poll(() => heard.at(-1)).toBe('progress 201');
});
