import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { collectGarbage } from './collect-garbage.ts';

test('frees what nobody holds any more, and only that', async () => {
  const held = new Uint8Array(1e6);
  const [free, kept] = [new WeakRef(new Uint8Array(1e6)), new WeakRef(held)];
  // what was looked at lately is held until the next turn of the event loop
  await setImmediate();
  collectGarbage();
  expect(free.deref()).toBeUndefined();
  expect(kept.deref()).toBe(held);
});
