import { openBrowserHost } from './harness/browser-host.ts';
import { openElectronDouble } from './harness/electron-double-host.ts';
import type { OpenHost } from './harness/host.ts';
import { hasElectron, openRealElectron } from './harness/real-electron-host.ts';

/** Every host that this machine can open; the same specs run on each. */
export const hosts: { name: string; open: (dataDir?: string) => Promise<OpenHost> }[] = [
  { name: 'browser host', open: openBrowserHost },
  { name: 'Electron double', open: openElectronDouble },
  ...(hasElectron ? [{ name: 'Electron', open: openRealElectron }] : []),
];
