import { bridgeName } from '../../shared/bridge.ts';
import type { Host } from '../host.ts';
import { browserHost } from './browser-host.ts';
import { electronHost } from './electron-host.ts';

/** The host that this window runs in: Electron where its bridge or its user agent is found, else a browser's tab. */
export function chooseHost(): Host {
  const electron = bridgeName in window || navigator.userAgent.includes('Electron/');
  return electron ? electronHost(window) : browserHost();
}
