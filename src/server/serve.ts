import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import sirv from 'sirv';
import { WebSocketServer } from 'ws';
import { largestFileBytes } from '../shared/bridge.ts';
import { contentSecurityPolicy } from '../shared/content-security-policy.ts';
import { StudioError } from '../shared/errors.ts';
import type { Port } from '../shared/port.ts';
import { allowedHosts, hostAllowed, newToken, ownName, upgradeAllowed } from './access.ts';
import { relay } from './relay.ts';
import { socketPort } from './socket-port.ts';

export interface ServeOptions {
  /** address to listen on; the loopback unless the user says otherwise */
  address: string;
  /** 0 takes any free port */
  port: number;
  /** folder of the built page (index.html inside) */
  pageDir: string;
  /** largest message of a page in bytes; a longer one ends its connection */
  maxMessageBytes?: number;
  /** a new connection to the engine for each page */
  connect: () => Port;
}

export interface RunningServer {
  /** what the user opens, token included */
  url: string;
  close(): Promise<void>;
}

/** The largest file that a page takes, and what stands around it. */
const largestMessageBytes = largestFileBytes + 2 ** 20;

/**
 * The browser host: the built page and, behind Host, Origin and token checks, the studio API over a WebSocket.
 * Throws StudioError `file-not-found` without a built page, `internal` if it can't listen there.
 */
export async function serve(options: ServeOptions): Promise<RunningServer> {
  if (!existsSync(join(options.pageDir, 'index.html'))) {
    throw new StudioError(
      'file-not-found',
      `The page is not built: ${options.pageDir} holds no index.html.`,
      'Run `npm run build` once.',
    );
  }
  const token = newToken();
  const files = sirv(options.pageDir, { dev: false, etag: true, single: false });
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: options.maxMessageBytes ?? largestMessageBytes,
  });
  let hosts = new Set<string>();

  const server = createServer((request, response) => {
    if (!hostAllowed(request, hosts)) {
      response.writeHead(403).end('This name is not served.');
      return;
    }
    const origin = `ws://${request.headers.host}`;
    response.setHeader('Content-Security-Policy', contentSecurityPolicy(`'self' ${origin}`));
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    files(request, response, () => {
      response.writeHead(404).end('Not found');
    });
  });

  server.on('upgrade', (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    if (!upgradeAllowed(request, hosts, token)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\n\r\n');
      return;
    }
    sockets.handleUpgrade(request, socket, head, (client) => relay(socketPort(client), options.connect()));
  });

  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new StudioError(
          'internal',
          `Can't listen on ${options.address}:${options.port} (${error.code ?? error.message}).`,
          ['EADDRINUSE', 'EACCES'].includes(error.code ?? '')
            ? 'Choose another port with --port, or 0 for any.'
            : 'Give --host an address of this machine.',
          { cause: error },
        ),
      );
    });
    server.listen(options.port, options.address, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : options.port);
    });
  });
  hosts = allowedHosts(options.address, port);

  return {
    url: `http://${ownName(options.address)}:${port}/?token=${token}`,
    async close() {
      for (const client of sockets.clients) client.terminate();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
