import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { Journal } from './journal.ts';
import { measureAll, type Run } from './run.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'turnaround-run-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function runOf(changes: Partial<Run> = {}): Promise<Run> {
  const journal = await Journal.open(join(folder, 'all.jsonl'));
  const common = { shared: '', work: folder, signal: new AbortController().signal, say: vi.fn() };
  return { ...common, journal, claim: async () => true, ...changes };
}

const thing = (name: string, measure: () => Promise<number>) => ({ name, measure });

it('measures what it may claim, takes the rest from the journal, and lists what fails', async () => {
  const first = await runOf({ claim: async (name) => name !== 'b' });
  const b = vi.fn(async () => 2);
  const things = [
    thing('a', async () => 1),
    thing('b', b),
    thing('c', () => Promise.reject(new Error('first line\nno car'))),
  ];
  const part = await measureAll(first, z.number(), things, String);
  expect(part).toEqual({ results: [1], failures: [{ name: 'c', reason: 'no car' }] });
  expect(b).not.toHaveBeenCalled();

  const again = await runOf();
  const known = [thing('a', () => Promise.reject(new Error('known'))), thing('b', b)];
  expect((await measureAll(again, z.number(), known, String)).results).toEqual([1, 2]);
  expect(again.say).toHaveBeenCalledTimes(1);
});

it('ends when it is told to', async () => {
  const stop = new AbortController();
  const run = await runOf({ signal: stop.signal });
  const measuring = measureAll(
    run,
    z.number(),
    [thing('a', async () => stop.abort(new Error('stopped')) ?? 1), thing('b', async () => 2)],
    String,
  );
  await expect(measuring).rejects.toThrow('stopped');
});
