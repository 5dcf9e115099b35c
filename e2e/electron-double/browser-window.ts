import { EventEmitter, once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { BrowserWindow, BrowserWindowConstructorOptions, WebContents } from 'electron';
import type { Browser, Page, Request as PageRequest, Route } from 'playwright-core';
import { WebSocketServer } from 'ws';
import { pageOrigin, pageScheme } from '../../src/shared/ipc-channels.ts';
import { launchChromium } from '../harness/chromium.ts';
import { appDouble } from './app.ts';
import { bundlePageHalf } from './bundle-page-half.ts';
import { browserOrigin } from './page-messages.ts';
import { sessionDouble } from './session.ts';
import { WebContentsDouble } from './web-contents.ts';

type UsedWindow = Pick<BrowserWindow, 'loadURL' | 'show' | 'focus' | 'setTitle' | 'isMinimized' | 'restore'>;

const newWindow = {
  frameName: '',
  features: '',
  disposition: 'new-window',
  referrer: { url: '', policy: 'default' },
} as const;

/** Double of BrowserWindow: a page of a real Chromium, its own scheme served by what main gave `protocol.handle`. */
export class BrowserWindowDouble extends EventEmitter implements UsedWindow {
  static readonly all: BrowserWindowDouble[] = [];
  readonly options: BrowserWindowConstructorOptions;
  readonly webContents = new WebContentsDouble();
  readonly opened: Promise<Page>;
  title = '';
  /** every title so far */
  readonly titles: string[] = [];
  shown = false;
  minimized = false;
  /** how often it was asked to come to the front */
  focused = 0;
  #browser: Browser | null = null;
  #page: Page | null = null;
  readonly #popups: Page[] = [];
  #denied = 0;
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
    this.focused++;
  }

  isMinimized(): boolean {
    return this.minimized;
  }

  restore(): void {
    this.minimized = false;
  }

  setTitle(title: string): void {
    this.title = title;
    this.titles.push(title);
  }

  async close(): Promise<void> {
    BrowserWindowDouble.all.splice(BrowserWindowDouble.all.indexOf(this), 1);
    await this.opened;
    await this.#browser?.close();
    this.emit('closed');
    if (BrowserWindowDouble.all.length === 0) appDouble.allWindowsClosed();
  }

  async #open(url: string): Promise<Page> {
    const sockets = new WebSocketServer({ host: '127.0.0.1', port: 0 });
    await once(sockets, 'listening');
    sockets.on('connection', (socket) => this.webContents.attach(socket));
    const address = `ws://127.0.0.1:${(sockets.address() as AddressInfo).port}`;
    this.#browser = await launchChromium();
    this.#browser.on('disconnected', () => sockets.close());
    const page = await this.#browser.newPage({
      viewport: { width: this.options.width ?? 800, height: this.options.height ?? 600 },
    });
    // the double's own bridge is on the loopback, which Chromium lets no page reach unasked
    await page.context().grantPermissions(['local-network-access'], { origin: browserOrigin });
    const preload = this.options.webPreferences?.preload;
    if (preload) await page.addInitScript({ content: await bundlePageHalf(preload, address) });
    this.#page = page;
    page.on('popup', (popup) => {
      this.#popups.push(popup);
      this.#closeDenied();
    });
    await page.context().route('**/*', (route) => this.#answer(route, address));
    page.once('domcontentloaded', () => this.emit('ready-to-show'));
    await page.goto(url.replace(pageOrigin, browserOrigin));
    return page;
  }

  /** The page's own scheme goes to main's handler; a new window and a navigation elsewhere ask main first. */
  async #answer(route: Route, bridgeAddress: string): Promise<void> {
    const request = route.request();
    if (request.isNavigationRequest() && this.#isPopup(request)) {
      const { action } = this.webContents.openHandler({ ...newWindow, url: request.url() });
      if (action !== 'deny') return route.continue();
      this.#denied++;
      this.#closeDenied();
      return route.abort();
    }
    if (!request.url().startsWith(`${browserOrigin}/`)) {
      if (!request.isNavigationRequest()) return route.abort();
      let allowed = true;
      this.webContents.emit('will-navigate', {
        url: request.url(),
        preventDefault: () => {
          allowed = false;
        },
      });
      // a page without content leaves the one that is there
      return allowed ? route.continue() : route.fulfill({ status: 204 });
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

  /** The first request of a new window and the window itself come in either order. */
  #closeDenied(): void {
    for (; this.#denied > 0 && this.#popups.length > 0; this.#denied--) void this.#popups.shift()?.close();
  }

  /** The frame of a new window may not be known yet when its first request comes. */
  #isPopup(request: PageRequest): boolean {
    try {
      return request.frame().page() !== this.#page;
    } catch {
      return true;
    }
  }
}
