import type { Port } from '../shared/port.ts';

/** Joins two ports; when one closes, the other is closed. */
export function relay(a: Port, b: Port): void {
  a.onMessage((message) => b.post(message));
  b.onMessage((message) => a.post(message));
  a.onClose(() => b.close());
  b.onClose(() => a.close());
}
