import { type Browser, chromium } from 'playwright-core';

/** Chromium with WebGL on the processor, as these machines have no graphics card. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.TURNAROUND_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--use-angle=swiftshader',
      '--enable-unsafe-swiftshader',
      '--ignore-gpu-blocklist',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
