import { type Browser, chromium } from 'playwright-core';

/**
 * Chromium as it runs where there is no graphics card: the page put together on the processor, only WebGL by
 * SwiftShader. Putting the page together by SwiftShader too (`--use-angle=swiftshader`) is what no user has, and costs
 * more than 100 ms of processor a frame.
 */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.TURNAROUND_CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--enable-unsafe-swiftshader',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
