import { expect, it } from 'vitest';
import { latestWins } from './latest.ts';

/** A requester whose answers are given by hand. */
function harness() {
  const started: { key: number; signal: AbortSignal; resolve(): void; reject(error: Error): void }[] = [];
  const values: number[] = [];
  const errors: string[] = [];
  const requester = latestWins<number, number>({
    run: (key, signal) =>
      new Promise((resolve, reject) => {
        started.push({ key, signal, resolve: () => resolve(key * 10), reject });
      }),
    same: (a, b) => a === b,
    onValue: (value) => values.push(value),
    onError: (error) => errors.push((error as Error).message),
  });
  const settle = () => new Promise<void>((resolve) => setTimeout(resolve));
  const at = (index: number) => {
    const entry = started[index];
    if (!entry) throw new Error(`request ${index} was not started`);
    return entry;
  };
  return { requester, started, values, errors, settle, at };
}

it('has one request under way and keeps only the newest of those that follow', async () => {
  const { requester, started, values, settle, at } = harness();
  for (const key of [1, 2, 3, 4]) requester.request(key);
  expect(started.map((s) => s.key)).toEqual([1]);
  at(0).resolve();
  await settle();
  expect(started.map((s) => s.key)).toEqual([1, 4]);
  at(1).resolve();
  await settle();
  expect(values).toEqual([10, 40]);
});

it('does not ask again for what it has or is fetching', async () => {
  const { requester, started, settle, at } = harness();
  requester.request(1);
  requester.request(2);
  requester.request(1);
  at(0).resolve();
  await settle();
  requester.request(1);
  expect(started.length).toBe(1);
});

it('ignores the answer of a dropped request, aborts it, and starts the next at once', async () => {
  const { requester, values, errors, settle, at } = harness();
  requester.request(1);
  requester.request(2);
  requester.drop();
  expect(at(0).signal.aborted).toBe(true);
  requester.request(1);
  at(0).resolve();
  await settle();
  expect(values).toEqual([]);
  at(1).resolve();
  await settle();
  expect(values).toEqual([10]);
  expect(errors).toEqual([]);
});

it('tells an error, then serves the newest and asks again for what failed', async () => {
  const { requester, started, errors, settle, at } = harness();
  requester.request(1);
  requester.request(2);
  at(0).reject(new Error('no'));
  await settle();
  expect(errors).toEqual(['no']);
  expect(at(1).key).toBe(2);
  at(1).reject(new Error('no again'));
  await settle();
  requester.request(2);
  expect(started.length).toBe(3);
});
