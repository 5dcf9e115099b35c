import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { Journal } from './journal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'turnaround-journal-'));
});
afterEach(() => rm(folder, { recursive: true }));

const schema = z.object({ iou: z.number() });

it('does a piece of work once, over runs, and again when all is forgotten', async () => {
  const run = join(folder, 'run');
  const file = join(run, 'results.jsonl');
  const work = vi.fn(async () => ({ iou: 0.9 }));
  for (const fresh of [false, false, true]) {
    if (fresh) await Journal.forget(run);
    const journal = await Journal.open(file);
    expect(await journal.once('a', schema, work)).toEqual({ iou: 0.9 });
    expect(await journal.once('a', schema, work)).toEqual({ iou: 0.9 });
  }
  expect(work).toHaveBeenCalledTimes(2);
});

it('knows what others wrote beside it, and leaves their half lines alone', async () => {
  const [mine, theirs] = [join(folder, 'results-0.jsonl'), join(folder, 'results-1.jsonl')];
  await (await Journal.open(theirs)).once('a', schema, async () => ({ iou: 0.7 }));
  await appendFile(theirs, '{"key":"b","val');
  const journal = await Journal.open(mine);
  expect([journal.has('a'), journal.has('b')]).toEqual([true, false]);
  expect(await journal.once('a', schema, () => Promise.reject(new Error('known')))).toEqual({ iou: 0.7 });
  expect(await readFile(theirs, 'utf8')).toContain('{"key":"b","val');
});

it('drops a line that was cut short and keeps nothing of work that failed', async () => {
  const file = join(folder, 'results.jsonl');
  const first = await Journal.open(file);
  await first.once('a', schema, async () => ({ iou: 1 }));
  await expect(first.once('b', schema, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await appendFile(file, '{"key":"c","val');
  const second = await Journal.open(file);
  await second.once('c', schema, async () => ({ iou: 0.5 }));
  expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(3);
  const third = await Journal.open(file);
  const again = vi.fn(async () => ({ iou: 0 }));
  expect(await third.once('c', schema, again)).toEqual({ iou: 0.5 });
  expect(again).not.toHaveBeenCalled();
});
