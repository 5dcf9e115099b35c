import { expect, it } from 'vitest';
import { bridgeName, portMessage, type TurnaroundBridge } from '../../shared/bridge.ts';
import { StudioError } from '../../shared/errors.ts';
import { type BridgeWindow, electronHost } from './electron-host.ts';
import { sessionToken, type TokenWindow } from './session-token.ts';

function tokenWindow(href: string, stored: Record<string, string> = {}) {
  const seen: { address: string } = { address: href };
  const window: TokenWindow = {
    location: { href },
    history: {
      replaceState(_state, _title, url) {
        seen.address = String(url);
      },
    },
    sessionStorage: {
      getItem: (key) => stored[key] ?? null,
      setItem(key, value) {
        stored[key] = value;
      },
    },
  };
  return { window, seen, stored };
}

it('takes the token off the address bar and finds it again after a reload', () => {
  const first = tokenWindow('http://127.0.0.1:4000/?token=abc&x=1');
  expect(sessionToken(first.window)).toBe('abc');
  expect(first.seen.address).toBe('http://127.0.0.1:4000/?x=1');
  expect(sessionToken(tokenWindow('http://127.0.0.1:4000/', first.stored).window)).toBe('abc');
});

it('names the bridge that is missing', () => {
  const window: BridgeWindow = {
    location: { origin: 'app://page' },
    addEventListener() {},
    removeEventListener() {},
  };
  expect(() => electronHost(window)).toThrow('window.turnaround is missing');
});

/** A window whose preload answers every request with one end of a channel, after a message of a foreign origin. */
function bridgedWindow() {
  const listeners = new Set<(event: MessageEvent<unknown>) => void>();
  const engineSides: MessagePort[] = [];
  const send = (data: unknown, origin: string, ports: MessagePort[]) => {
    for (const listener of listeners) listener({ data, origin, ports } as unknown as MessageEvent);
  };
  const bridge: TurnaroundBridge = {
    requestPort() {
      const foreign = new MessageChannel();
      send(portMessage, 'https://elsewhere.example', [foreign.port1]);
      foreign.port1.close();
      const channel = new MessageChannel();
      engineSides.push(channel.port2);
      send(portMessage, 'app://page', [channel.port1]);
    },
    openFile: async () => ({ kind: 'done', value: null }),
    saveFile: async () => ({
      kind: 'failed',
      error: { code: 'disk-full', message: 'The disk is full.', remedy: 'Free some space.' },
    }),
    setTitle() {},
    onMenuCommand: () => () => {},
  };
  const window: BridgeWindow = {
    [bridgeName]: bridge,
    location: { origin: 'app://page' },
    addEventListener: (_type, listener) => listeners.add(listener),
    removeEventListener: (_type, listener) => listeners.delete(listener),
  };
  return { window, engineSides, listeners };
}

it('takes the engine port of its own origin, and tells when the engine is gone', async () => {
  const { window, engineSides, listeners } = bridgedWindow();
  let lost = 0;
  const studio = await electronHost(window).connect(() => {
    lost++;
  });
  expect(listeners.size).toBe(0);
  const call = studio.call('refine.discard', {});
  engineSides[0]?.close();
  await expect(call).rejects.toBeInstanceOf(StudioError);
  expect(lost).toBe(1);
});

it('passes on what the main process answers, its errors with their code and remedy', async () => {
  const host = electronHost(bridgedWindow().window);
  expect(await host.openFile('photo')).toBeNull();
  const failure = host.saveFile('car.glb', new Uint8Array(1));
  await expect(failure).rejects.toBeInstanceOf(StudioError);
  await expect(failure).rejects.toMatchObject({ code: 'disk-full', remedy: 'Free some space.' });
});
