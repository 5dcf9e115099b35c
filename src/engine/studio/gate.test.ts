import { expect, test } from 'vitest';
import { Gate } from './gate.ts';

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

test('shared work overlaps, exclusive work waits for it and keeps the rest out', async () => {
  const gate = new Gate();
  const log: string[] = [];
  const work = (name: string, ms: number) => async () => {
    log.push(`${name} in`);
    await pause(ms);
    log.push(`${name} out`);
  };
  const all = [gate.shared(work('a', 20)), gate.shared(work('b', 10))];
  await pause(1);
  all.push(gate.exclusive(work('alone', 5)), gate.shared(work('c', 1)));
  await Promise.all(all);
  expect(log).toEqual(['a in', 'b in', 'b out', 'a out', 'alone in', 'alone out', 'c in', 'c out']);
});

test('a failure inside opens the gate again', async () => {
  const gate = new Gate();
  const fail = async () => {
    throw new Error('no');
  };
  await expect(gate.exclusive(fail)).rejects.toThrow('no');
  await expect(gate.shared(fail)).rejects.toThrow('no');
  expect(await gate.exclusive(async () => 1)).toBe(1);
  expect(await gate.shared(async () => 2)).toBe(2);
});
