import { type FileKind, fileExtensions, type PickedFile } from '../../shared/bridge.ts';
import { StudioError } from '../../shared/errors.ts';
import { connectStudio } from '../../shared/rpc.ts';
import type { Host } from '../host.ts';
import { readFile } from '../read-file.ts';
import { sessionToken } from './session-token.ts';
import { socketPort } from './socket-port.ts';

function openSocket(url: URL): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url);
    socket.addEventListener('open', () => resolve(socket), { once: true });
    socket.addEventListener(
      'error',
      () =>
        reject(
          new StudioError(
            'connection-lost',
            'The engine can not be reached.',
            'See whether `turnaround serve` still runs, and open the address that it prints.',
          ),
        ),
      { once: true },
    );
  });
}

function pickFile(kind: FileKind): Promise<PickedFile | null> {
  const input = document.createElement('input');
  input.type = 'file';
  input.accept = fileExtensions[kind].map((extension) => `.${extension}`).join(',');
  return new Promise((resolve, reject) => {
    input.addEventListener('cancel', () => resolve(null), { once: true });
    input.addEventListener(
      'change',
      () => {
        const file = input.files?.[0];
        if (file) readFile(file).then(resolve, reject);
        else resolve(null);
      },
      { once: true },
    );
    input.click();
  });
}

function download(name: string, bytes: Uint8Array): void {
  const url = URL.createObjectURL(new Blob([bytes.slice()], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** A browser's tab on `turnaround serve`: the engine behind a WebSocket of the page's own origin. */
export function browserHost(): Host {
  const token = sessionToken(window);
  return {
    async connect(onLost) {
      const url = new URL('/studio', window.location.href);
      url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
      url.search = new URLSearchParams({ token }).toString();
      const port = socketPort(await openSocket(url));
      port.onClose(onLost);
      return connectStudio(port);
    },
    openFile: pickFile,
    async saveFile(name, bytes) {
      download(name, bytes);
      return true;
    },
    setTitle(title) {
      document.title = title;
    },
    onMenuCommand: () => () => {},
  };
}
