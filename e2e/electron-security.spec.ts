import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { contentSecurityPolicy } from '../src/shared/content-security-policy.ts';
import { pageOrigin, pageScheme } from '../src/shared/ipc-channels.ts';
import { BrowserWindowDouble } from './electron-double/browser-window.ts';
import { desktop } from './electron-double/desktop.ts';
import { browserOrigin } from './electron-double/page-messages.ts';
import { privilegedSchemes, sessionDouble } from './electron-double/session.ts';
import { ownFrame } from './electron-double/web-contents.ts';
import { onBridge } from './harness/bridge.ts';
import { openElectronDouble } from './harness/electron-double-host.ts';
import { eventually } from './harness/eventually.ts';
import type { OpenHost } from './harness/host.ts';
import { standInEngine } from './harness/stand-in-engines.ts';
import { StudioPage } from './harness/studio-page.ts';

let host: OpenHost;
let window: BrowserWindowDouble;

beforeAll(async () => {
  host = await openElectronDouble(undefined, standInEngine);
  [window] = BrowserWindowDouble.all as [BrowserWindowDouble];
  await new StudioPage(host).ready();
});

afterAll(() => host.close());

describe('the window', () => {
  it('keeps the page in a sandbox, isolated and without Node', () => {
    expect(window.options.webPreferences).toMatchObject({
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
    });
    expect(window.options.webPreferences).not.toHaveProperty('webSecurity', false);
  });

  it('shows itself once the page has drawn', () => {
    expect(window.options.show).toBe(false);
    expect(window.shown).toBe(true);
  });

  it('gives the page a frozen bridge and nothing else of Electron', async () => {
    const seen = await host.page.evaluate(() => ({
      bridge: Object.keys((globalThis as unknown as { turnaround: object }).turnaround).sort(),
      frozen: Object.isFrozen((globalThis as unknown as { turnaround: object }).turnaround),
      node: ['require', 'process', 'module', 'electron', 'ipcRenderer'].filter((name) => name in globalThis),
    }));
    expect(seen).toEqual({
      bridge: ['onMenuCommand', 'openFile', 'requestPort', 'saveFile', 'setTitle'],
      frozen: true,
      node: [],
    });
  });
});

describe('the scheme of the page', () => {
  const get = async (path: string) => {
    const handler = sessionDouble.schemes.get(pageScheme);
    if (!handler) throw new Error('main serves no scheme');
    return handler(new Request(path.includes('://') ? path : `${pageOrigin}${path}`));
  };

  it('is standard and secure, and may not get round the policy', () => {
    expect(privilegedSchemes.get(pageScheme)).toEqual({
      standard: true,
      secure: true,
      supportFetchAPI: true,
    });
  });

  it('serves the page and its parts, each with its type', async () => {
    const page = await get('/');
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    const script = /src="\.(\/assets\/[^"]+\.js)"/.exec(await page.text())?.[1] ?? '';
    expect((await get(script)).headers.get('content-type')).toBe('text/javascript; charset=utf-8');
  });

  it.each(['/index.html', '/none.html', '/../package.json'])('puts the policy on %s', async (path) => {
    const { headers } = await get(path);
    expect(headers.get('content-security-policy')).toBe(contentSecurityPolicy("'self'"));
    expect(headers.get('x-content-type-options')).toBe('nosniff');
  });

  it.each([
    '/../../package.json',
    '/..%2f..%2fpackage.json',
    '/%2e%2e/%2e%2e/src/renderer/index.html',
    '/..%2fmain%2findex.js',
    '/..%5c..%5cmain%5cindex.js',
    '/%2fetc%2fpasswd.html',
    '/../renderer-other/index.html',
    '/%zz.html',
    '/assets',
    '/assets/none.js',
    `${pageScheme}://elsewhere/index.html`,
  ])('answers %s with 404', async (path) => {
    expect((await get(path)).status).toBe(404);
  });

  it('forbids the page inline scripts and other places', async () => {
    const refused = await host.page.evaluate(async () => {
      const violations: string[] = [];
      const three = new Promise<void>((resolve) => {
        document.addEventListener('securitypolicyviolation', (event) => {
          if (violations.push(event.effectiveDirective) === 3) resolve();
        });
      });
      const script = document.createElement('script');
      script.textContent = 'window.ran = true';
      document.head.append(script);
      await fetch('https://example.com/').catch(() => {});
      const image = new Image();
      image.src = 'https://example.com/pixel.png';
      await three;
      return { violations: violations.sort(), ran: 'ran' in globalThis };
    });
    expect(refused).toEqual({ violations: ['connect-src', 'img-src', 'script-src-elem'], ran: false });
  });
});

describe('ways out of the page', () => {
  const openWindow = (url: string) =>
    host.page.evaluate((address) => {
      globalThis.open(address);
    }, url);

  beforeEach(() => {
    desktop.externalUrls = [];
  });

  it('does not navigate elsewhere', async () => {
    const asked: string[] = [];
    window.webContents.on('will-navigate', ({ url }: { url: string }) => asked.push(url));
    await host.page.evaluate(() => {
      location.href = 'https://example.com/';
    });
    await eventually(async () => asked.length > 0);
    expect(asked).toEqual(['https://example.com/']);
    expect(host.page.url()).toBe(`${browserOrigin}/index.html`);
  });

  it('opens https links in the browser of the user, and no window', async () => {
    await openWindow('https://example.com/help');
    await eventually(async () => desktop.externalUrls.length > 0);
    expect(desktop.externalUrls).toEqual(['https://example.com/help']);
    await eventually(async () => host.page.context().pages().length === 1);
  });

  it.each(['http://example.com/', `${browserOrigin}/index.html`])('does nothing with %s', async (url) => {
    const popup = host.page.waitForEvent('popup');
    await openWindow(url);
    await popup;
    await eventually(async () => host.page.context().pages().length === 1);
    expect(desktop.externalUrls).toEqual([]);
  });

  it('attaches no web view', () => {
    let prevented = false;
    window.webContents.emit('will-attach-webview', {
      preventDefault: () => {
        prevented = true;
      },
    });
    expect(prevented).toBe(true);
  });

  it('grants the writing of text to the clipboard and no other permission', () => {
    expect(sessionDouble.permission('clipboard-sanitized-write')).toEqual([true, true]);
    for (const name of ['geolocation', 'media', 'notifications'] as const) {
      expect(sessionDouble.permission(name)).toEqual([false, false]);
    }
  });

  it('may load itself anew, and finds the engine again', async () => {
    await host.page.reload();
    await new StudioPage(host).ready();
  });
});

describe('what the main process hears', () => {
  beforeEach(() => {
    window.webContents.senderFrame = ownFrame;
  });

  it.each([
    ['of another origin', { url: 'https://example.com/index.html', parent: null }],
    ['whose origin only begins alike', { url: `${pageOrigin}.example.com/`, parent: null }],
    ['inside the page', { url: ownFrame.url, parent: ownFrame }],
    ['that is gone', null],
  ])('is refused from a frame %s', async (_what, frame) => {
    window.webContents.senderFrame = frame;
    desktop.openAnswer = [import.meta.filename];
    desktop.saveAnswer = '/nowhere/refused';
    window.title = 'before';
    const refused = /refused, the sender is not the studio's page/;
    await expect(onBridge(host.page, (bridge) => bridge.openFile('photo'))).rejects.toThrow(refused);
    await expect(
      onBridge(host.page, (bridge) => bridge.saveFile('x.glb', new Uint8Array(4))),
    ).rejects.toThrow(refused);
    const ports = await onBridge(host.page, async (bridge) => {
      let heard = 0;
      addEventListener('message', (event) => {
        heard += event.ports.length;
      });
      bridge.setTitle('after');
      bridge.requestPort();
      await new Promise((resolve) => setTimeout(resolve, 200));
      return heard;
    });
    expect([ports, window.title]).toEqual([0, 'before']);
  });

  it.each([
    ['an unknown kind of file', (bridge: never) => (bridge as Loose).openFile('passwords')],
    ['no kind of file', (bridge: never) => (bridge as Loose).openFile()],
    ['an empty name', (bridge: never) => (bridge as Loose).saveFile('', new Uint8Array(1))],
    ['an endless name', (bridge: never) => (bridge as Loose).saveFile('x'.repeat(256), new Uint8Array(1))],
    ['text for bytes', (bridge: never) => (bridge as Loose).saveFile('x.glb', 'text')],
    ['nothing to save', (bridge: never) => (bridge as Loose).saveFile('x.glb')],
  ])('is refused with %s', async (_what, use) => {
    desktop.openAnswer = [import.meta.filename];
    desktop.saveAnswer = '/nowhere/refused';
    await expect(onBridge(host.page, use as never)).rejects.toThrow(/-file: refused, ✖/);
  });

  it('ignores titles that are none', async () => {
    window.title = 'before';
    await onBridge(host.page, (bridge) => {
      bridge.setTitle(42 as never);
      bridge.setTitle('x'.repeat(301));
      bridge.setTitle('A good title');
    });
    await eventually(async () => window.title === 'A good title');
    expect(window.titles).not.toContain('x'.repeat(301));
    expect(window.titles.every((title) => typeof title === 'string')).toBe(true);
  });
});

type Loose = Record<'openFile' | 'saveFile', (...args: unknown[]) => unknown>;
