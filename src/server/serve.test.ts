import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Port } from '../shared/port.ts';
import { decodeMessage, encodeMessage } from '../shared/wire.ts';
import { type RunningServer, serve } from './serve.ts';

let folder: string;
let server: RunningServer;
let closed = 0;

/** Answers every message with itself. */
function echo(): Port {
  let answer: (message: unknown) => void = () => {};
  let end: () => void = () => {};
  return {
    post: (message) => answer(message),
    onMessage: (listener) => {
      answer = listener;
    },
    onClose: (listener) => {
      end = listener;
    },
    close: () => {
      closed++;
      end();
    },
  };
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'turnaround-serve-'));
  closed = 0;
  await writeFile(join(folder, 'index.html'), '<title>Turnaround</title>');
  server = await serve({
    address: '127.0.0.1',
    port: 0,
    pageDir: folder,
    connect: echo,
    maxMessageBytes: 4096,
  });
});

afterEach(async () => {
  await server.close();
  await rm(folder, { recursive: true });
});

function open(url: string, origin: string): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { origin });
    socket.on('open', () => resolve(socket));
    socket.on('error', reject);
  });
}

const socketUrl = () => server.url.replace('http', 'ws').replace('/?', '/studio?');
const origin = () => new URL(server.url).origin;

it('serves the page under a strict policy and nothing outside its folder', async () => {
  const page = await fetch(server.url);
  expect(await page.text()).toContain('Turnaround');
  expect(page.headers.get('content-security-policy')).toMatch(/script-src 'self';.*style-src 'self';/);
  expect((await fetch(`${origin()}/../package.json`)).status).toBe(404);
  expect((await fetch(`${origin()}/..%2f..%2fetc%2fpasswd`)).status).toBe(404);
});

it('answers no foreign name', async () => {
  const status = await new Promise((resolve, reject) => {
    const { port } = new URL(server.url);
    request({ host: '127.0.0.1', port, headers: { host: 'evil.example' } }, (r) => resolve(r.statusCode))
      .on('error', reject)
      .end();
  });
  expect(status).toBe(403);
});

it('carries binary messages both ways and closes the engine side with the page', async () => {
  const socket = await open(socketUrl(), origin());
  const answer = new Promise((resolve) =>
    socket.on('message', (data) => resolve(decodeMessage(data as Buffer))),
  );
  socket.send(encodeMessage({ floats: new Float32Array([1.5, 2]) }));
  expect(await answer).toEqual({ floats: new Float32Array([1.5, 2]) });
  socket.close();
  await expect.poll(() => closed).toBe(1);
});

it('ends a connection that sends what is no message', async () => {
  const socket = await open(socketUrl(), origin());
  const code = new Promise((resolve) => socket.on('close', resolve));
  socket.send(Buffer.from([0xc1]));
  expect(await code).toBe(1007);
});

it('outlives a page that sends too much, and an upgrade to no address', async () => {
  const socket = await open(socketUrl(), origin());
  const gone = new Promise((resolve) => socket.on('close', resolve));
  socket.send(Buffer.alloc(5000));
  await gone;
  const { port } = new URL(server.url);
  const refused = new Promise((resolve, reject) => {
    request({
      host: '127.0.0.1',
      port,
      path: '//',
      headers: { connection: 'Upgrade', upgrade: 'websocket', origin: 'http://evil.example' },
    })
      .on('response', (response) => resolve(response.statusCode))
      .on('error', reject)
      .end();
  });
  expect(await refused).toBe(403);
  expect((await fetch(server.url)).status).toBe(200);
});

it('refuses a foreign page and a page without the token', async () => {
  await expect(open(socketUrl(), 'http://evil.example')).rejects.toThrow('403');
  await expect(open(`${origin().replace('http', 'ws')}/studio`, origin())).rejects.toThrow('403');
});

it('says what to do when the port is taken, the address is not its own or the page is missing', async () => {
  const { port } = new URL(server.url);
  const options = { address: '127.0.0.1', pageDir: folder, connect: echo };
  await expect(serve({ ...options, port: Number(port) })).rejects.toMatchObject({
    message: expect.stringContaining('EADDRINUSE'),
    remedy: expect.stringContaining('--port'),
  });
  await expect(serve({ ...options, port: 0, address: '192.0.2.1' })).rejects.toMatchObject({
    message: expect.stringContaining('192.0.2.1'),
    remedy: expect.stringContaining('--host'),
  });
  await expect(serve({ ...options, port: 0, pageDir: '/nowhere' })).rejects.toMatchObject({
    code: 'file-not-found',
  });
});
