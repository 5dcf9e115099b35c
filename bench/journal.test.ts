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

it('does a piece of work once, over runs, and again when it begins anew', async () => {
  const file = join(folder, 'run', 'results.jsonl');
  const work = vi.fn(async () => ({ iou: 0.9 }));
  for (const fresh of [false, false, true]) {
    const journal = await Journal.open(file, fresh);
    expect(await journal.once('a', schema, work)).toEqual({ iou: 0.9 });
    expect(await journal.once('a', schema, work)).toEqual({ iou: 0.9 });
  }
  expect(work).toHaveBeenCalledTimes(2);
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
