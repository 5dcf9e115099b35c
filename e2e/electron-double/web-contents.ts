import { EventEmitter } from 'node:events';
import type { IpcMainEvent, IpcMainInvokeEvent, MessagePortMain, WebContents } from 'electron';
import type { WebSocket } from 'ws';
import { pageOrigin } from '../../src/shared/ipc-channels.ts';
import { decodeMessage, encodeMessage } from '../../src/shared/wire.ts';
import { ipcMainDouble } from './ipc-main.ts';
import type { ToPage, ToWindow } from './page-messages.ts';
import { asPortDouble, type PortDouble } from './ports.ts';

type OpenHandler = Parameters<WebContents['setWindowOpenHandler']>[0];

export const ownFrame = { url: `${pageOrigin}/index.html`, parent: null };

/** Web contents whose page is a real one in Chromium; the preload's and the page's messages come over a loopback socket. */
export class WebContentsDouble
  extends EventEmitter
  implements Pick<WebContents, 'send' | 'postMessage' | 'setWindowOpenHandler'>
{
  openHandler: OpenHandler = () => ({ action: 'allow' });
  /** the frame that messages seem to come from; specs put a foreign one here */
  senderFrame: { url: string; parent: unknown } | null = ownFrame;
  #socket: WebSocket | null = null;
  readonly #unsent: ToPage[] = [];
  readonly #ports = new Map<number, PortDouble>();
  #nextPort = 1;

  setWindowOpenHandler(handler: OpenHandler): void {
    this.openHandler = handler;
  }

  send(channel: string, ...args: unknown[]): void {
    this.tell({ kind: 'event', channel, args, ports: [] });
  }

  postMessage(channel: string, message: unknown, transfer: MessagePortMain[] = []): void {
    const ports = transfer.map((port) => this.#adopt(asPortDouble(port)));
    this.tell({ kind: 'event', channel, args: [message], ports });
  }

  /** A page that is loaded anew brings a new socket; the ports of the old one are gone. */
  attach(socket: WebSocket): void {
    this.#drop();
    this.#socket = socket;
    for (const message of this.#unsent.splice(0)) this.tell(message);
    socket.on('message', (data: Buffer) => void this.#hear(decodeMessage(data) as ToWindow));
    socket.on('close', () => {
      if (this.#socket === socket) this.#drop();
    });
  }

  #drop(): void {
    this.#socket = null;
    for (const port of this.#ports.values()) port.close();
    this.#ports.clear();
  }

  tell(message: ToPage): void {
    if (this.#socket) this.#socket.send(encodeMessage(message));
    else this.#unsent.push(message);
  }

  #adopt(port: PortDouble): number {
    const id = this.#nextPort++;
    this.#ports.set(id, port);
    port.transferTo({
      send: (data) => this.tell({ kind: 'port-message', port: id, data }),
      closed: () => this.tell({ kind: 'port-close', port: id }),
    });
    return id;
  }

  async #hear(message: ToWindow): Promise<void> {
    const frame = this.senderFrame;
    const event = { sender: this, senderFrame: frame } as unknown as IpcMainEvent & IpcMainInvokeEvent;
    if (message.kind === 'port-message') this.#ports.get(message.port)?.postMessage(message.data);
    if (message.kind === 'port-close') this.#ports.get(message.port)?.close();
    if (message.kind === 'send') ipcMainDouble.receive(message.channel, event, message.args);
    if (message.kind === 'invoke') {
      try {
        const value = (await ipcMainDouble.invoke(message.channel, event, message.args)) ?? null;
        this.tell({ kind: 'answer', id: message.id, value });
      } catch (error) {
        this.tell({ kind: 'failure', id: message.id, message: String(error) });
      }
    }
  }
}
