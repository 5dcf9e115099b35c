import { EventEmitter } from 'node:events';
import type { AddressInfo } from 'node:net';
import type {
  BrowserWindow,
  BrowserWindowConstructorOptions,
  IpcMainEvent,
  MessagePortMain,
  WebContents,
  WindowOpenHandlerResponse,
} from 'electron';
import type { Browser, Page, Route } from 'playwright-core';
import { type WebSocket, WebSocketServer } from 'ws';
import { pageOrigin, pageScheme } from '../../src/shared/ipc-channels.ts';
import { decodeMessage, encodeMessage } from '../../src/shared/wire.ts';
import { launchChromium } from '../harness/chromium.ts';
import { appDouble } from './app.ts';
import { bundlePageHalf } from './bundle-page-half.ts';
import { ipcMainDouble } from './ipc-main.ts';
import { browserOrigin, type ToPage, type ToWindow } from './page-messages.ts';
import { asPortDouble, type PortDouble } from './ports.ts';
import { sessionDouble } from './session.ts';

type OpenHandler = (details: { url: string }) => WindowOpenHandlerResponse;

/** Web contents whose page is a real one in Chromium; the preload's and the page's messages come over a loopback socket. */
class WebContentsDouble extends EventEmitter {
  openHandler: OpenHandler = () => ({ action: 'allow' });
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

  attach(socket: WebSocket): void {
    this.#socket = socket;
    for (const message of this.#unsent.splice(0)) this.tell(message);
    socket.on('message', (data: Buffer) => void this.#hear(decodeMessage(data) as ToWindow));
    socket.on('close', () => {
      for (const port of this.#ports.values()) port.close();
      this.#ports.clear();
    });
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
    const frame = { url: `${pageOrigin}/index.html`, parent: null };
    const event = { sender: this, senderFrame: frame } as unknown as IpcMainEvent &
      Electron.IpcMainInvokeEvent;
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

/** Double of BrowserWindow: a page of a real Chromium, its own scheme served by what main gave `protocol.handle`. */
class BrowserWindowDouble extends EventEmitter {
  static readonly all: BrowserWindowDouble[] = [];
  readonly options: BrowserWindowConstructorOptions;
  readonly webContents = new WebContentsDouble();
  readonly opened: Promise<Page>;
  title = '';
  shown = false;
  #browser: Browser | null = null;
  #load: (url: string) => void = () => {};

  static getAllWindows(): BrowserWindow[] {
    return BrowserWindowDouble.all as unknown as BrowserWindow[];
  }

  static getFocusedWindow(): BrowserWindow | null {
    return BrowserWindowDouble.getAllWindows().at(-1) ?? null;
  }

  static fromWebContents(contents: WebContents): BrowserWindow | null {
    const found = BrowserWindowDouble.all.find((w) => (w.webContents as unknown) === contents);
    return (found as unknown as BrowserWindow | undefined) ?? null;
  }

  constructor(options: BrowserWindowConstructorOptions) {
    super();
    this.options = options;
    BrowserWindowDouble.all.push(this);
    appDouble.emit('web-contents-created', {}, this.webContents);
    const url = new Promise<string>((resolve) => {
      this.#load = resolve;
    });
    this.opened = url.then((u) => this.#open(u));
  }

  async loadURL(url: string): Promise<void> {
    this.#load(url);
    await this.opened;
  }

  show(): void {
    this.shown = true;
  }

  focus(): void {
    this.emit('focus');
  }

  setTitle(title: string): void {
    this.title = title;
  }

  async close(): Promise<void> {
    BrowserWindowDouble.all.splice(BrowserWindowDouble.all.indexOf(this), 1);
    await this.#browser?.close();
    this.emit('closed');
    if (BrowserWindowDouble.all.length === 0) appDouble.emit('window-all-closed');
  }

  async #open(url: string): Promise<Page> {
    const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    sockets.on('connection', (socket) => this.webContents.attach(socket));
    const address = `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`;
    this.#browser = await launchChromium();
    this.#browser.on('disconnected', () => sockets.close());
    const page = await this.#browser.newPage({
      viewport: { width: this.options.width ?? 800, height: this.options.height ?? 600 },
    });
    const preload = this.options.webPreferences?.preload;
    if (preload) await page.addInitScript({ content: await bundlePageHalf(preload, address) });
    await page.route('**/*', (route) => this.#answer(route, address));
    page.on('popup', async (popup) => {
      if (this.webContents.openHandler({ url: popup.url() }).action === 'deny') await popup.close();
    });
    page.once('domcontentloaded', () => this.emit('ready-to-show'));
    await page.goto(url.replace(pageOrigin, browserOrigin));
    return page;
  }

  /** The page's own scheme goes to main's handler; a navigation elsewhere asks main first, as will-navigate does. */
  async #answer(route: Route, bridgeAddress: string): Promise<void> {
    const request = route.request();
    if (!request.url().startsWith(`${browserOrigin}/`)) {
      let allowed = true;
      if (request.isNavigationRequest()) {
        this.webContents.emit('will-navigate', {
          preventDefault: () => {
            allowed = false;
          },
        });
      }
      return allowed ? route.continue() : route.abort();
    }
    const handler = sessionDouble.schemes.get(pageScheme);
    if (!handler) return route.abort();
    const response = await handler(new Request(request.url().replace(browserOrigin, pageOrigin)));
    const headers = Object.fromEntries(response.headers);
    const policy = headers['content-security-policy'];
    if (policy) {
      headers['content-security-policy'] = policy.replace('connect-src', `connect-src ${bridgeAddress}`);
    }
    await route.fulfill({
      status: response.status,
      headers,
      body: Buffer.from(await response.arrayBuffer()),
    });
  }
}

export { BrowserWindowDouble };
