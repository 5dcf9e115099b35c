import type { Page } from 'playwright-core';
import type { TurnaroundBridge } from '../../src/shared/bridge.ts';

/** Runs a function in the page on what the preload put there; it may use nothing from outside itself. */
export function onBridge<T>(page: Page, use: (bridge: TurnaroundBridge) => T): Promise<Awaited<T>> {
  return page.evaluate(`(${use})(window.turnaround)`);
}
