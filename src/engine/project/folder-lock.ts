import { createHash } from 'node:crypto';
import { mkdir, realpath, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { StudioError } from '../../shared/errors.ts';
import { writeFailure } from './file-errors.ts';

/** How long the holder of a lock may take to tell its process id, which is only wanted for the message. */
const patienceMs = 500;

/**
 * Keeps a folder for one process of this machine, until the returned function is called or the process ends, however it
 * ends: the lock is a local socket, which the operating system closes. Makes the folder where there is none. Throws
 * `library-in-use` while another holds it, `file-not-writable` or `disk-full` where it can't be made.
 */
export async function lockFolder(folder: string, platform = process.platform): Promise<() => Promise<void>> {
  await mkdir(folder, { recursive: true }).catch((error: unknown) => {
    throw writeFailure(folder, error);
  });
  const address = lockAddress(await realpath(folder), platform);
  let server = await listen(address);
  if (!server) {
    const holder = await askHolder(address);
    if (!holder.alive) {
      // a socket file outlives a crash; the names of Linux and Windows don't, there the holder has just ended
      if (isAbsolute(address) && platform !== 'win32') await rm(address, { force: true });
      server = await listen(address);
    }
    if (!server) throw inUse(folder, holder.pid);
  }
  const held = server;
  return () => new Promise((resolve) => held.close(() => resolve()));
}

function lockAddress(folder: string, platform: NodeJS.Platform): string {
  const name = `turnaround-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`;
  if (platform === 'linux') return `\0${name}`;
  if (platform === 'win32') return `\\\\.\\pipe\\${name}`;
  return join(tmpdir(), `${name}.sock`);
}

/** A server at this address that tells its process id; null if the address is taken. */
function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end(String(process.pid), () => socket.destroy());
    });
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(null);
      else reject(error);
    });
    server.listen(address, () => resolve(server.unref()));
  });
}

/** Whether anyone answers at this address, and the process id it tells. */
function askHolder(address: string): Promise<{ alive: boolean; pid: number | null }> {
  return new Promise((resolve) => {
    let told = '';
    const socket = connect(address);
    const end = (alive: boolean) => {
      socket.destroy();
      resolve({ alive, pid: /^\d+$/.test(told) ? Number(told) : null });
    };
    socket.setEncoding('utf8');
    socket.setTimeout(patienceMs, () => end(true));
    socket.on('data', (text: string) => {
      told += text;
    });
    socket.on('end', () => end(true));
    socket.on('error', (error: NodeJS.ErrnoException) =>
      end(error.code !== 'ECONNREFUSED' && error.code !== 'ENOENT'),
    );
  });
}

function inUse(folder: string, pid: number | null): StudioError {
  return new StudioError(
    'library-in-use',
    `Another Turnaround${pid === null ? '' : ` (process ${pid})`} has the library in ${folder} open.`,
    'Close its window or end that `turnaround serve`, or set TURNAROUND_DATA to another folder for this one.',
  );
}
