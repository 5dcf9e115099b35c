import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { StudioError } from '../../shared/errors.ts';
import { carLikeTemplate } from '../render/test-car.ts';
import { knownPhotos } from './test-photo.ts';
import { RefineThreads } from './threads.ts';
import type { RefineUpdate } from './types.ts';

const folder = mkdtempSync(join(tmpdir(), 'turnaround-refine-'));
writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const template = carLikeTemplate();
const { input, view } = knownPhotos(template, 1, 12);

const opened: RefineThreads[] = [];
afterEach(async () => {
  for (const threads of opened.splice(0)) await threads.close();
});

function open(entry?: URL): RefineThreads {
  const threads = new RefineThreads(entry);
  opened.push(threads);
  return threads;
}

function entry(name: string, source: string): URL {
  const path = join(folder, `${name}.ts`);
  writeFileSync(path, source);
  return pathToFileURL(path);
}

/** A thread that answers with its own number, and dies where it is asked for so many iterations. */
const numbered = entry(
  'numbered',
  `import { parentPort, threadId } from 'node:worker_threads';
   parentPort?.on('message', ({ kind, iterations }: { kind: string; iterations: number }) => {
     if (kind !== 'refine') return;
     if (iterations === 13) process.exit(1);
     if (iterations === 14) throw new Error('out of memory');
     const outcome = { offsets: new Float32Array(), views: [], losses: { silhouette: threadId }, stopped: false };
     setTimeout(() => parentPort?.postMessage({ kind: 'done', outcome }), 20);
   });`,
);

async function threadOf(threads: RefineThreads, iterations = 1): Promise<number> {
  return (await threads.refine(input, { iterations })).losses.silhouette;
}

describe('a refinement in a thread', () => {
  it('lets the event loop go on, and leaves its input alone', async () => {
    const updates: RefineUpdate[] = [];
    let ticks = 0;
    const timer = setInterval(() => ticks++, 20);
    const outcome = await open().refine(input, { iterations: 60, onProgress: (u) => updates.push(u) });
    clearInterval(timer);
    expect(outcome.views[0].maskIoUAfter).toBeGreaterThan(outcome.views[0].maskIoUBefore);
    expect(updates.length).toBeGreaterThan(1);
    expect(updates[0].offsets.length).toBe(input.offsets.length);
    expect(ticks).toBeGreaterThan(10);
    expect(view.mask.length).toBe(view.photo.width * view.photo.height);
    expect(input.offsets.length).toBe(template.vertices.length);
  });

  it('ends with the best so far when it is cancelled, and the next one goes its whole way', async () => {
    const threads = open();
    const controller = new AbortController();
    const { signal } = controller;
    const stop = () => controller.abort();
    expect(await threads.refine(input, { iterations: 2000, signal, onProgress: stop })).toMatchObject({
      stopped: true,
    });
    await expect(threads.refine(input, { iterations: 5, signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
    expect(await threads.refine(input, { iterations: 5 })).toMatchObject({ stopped: false });
  });

  it('gives the same with a rehearsal under way, with none, and beside another', async () => {
    const [warm, cold] = [open(), open()];
    warm.warm(template);
    const run = (threads: RefineThreads) => threads.refine(input, { iterations: 10 });
    const all = await Promise.all([run(warm), run(cold), run(cold)]);
    for (const { offsets, views } of all.slice(1)) {
      expect(offsets).toEqual(all[0].offsets);
      expect(views).toEqual(all[0].views);
    }
  });

  it('fits the outline before it has colours and texture, and tells what keeps them from coming', async () => {
    const threads = open();
    const plain = await threads.refine(input, { iterations: 10 });
    let release = () => {};
    const shown = new Promise<void>((resolve) => {
      release = resolve;
    });
    const rgb = shown.then(() => view.photo.rgb);
    const late = {
      ...input,
      texture: shown.then(() => input.texture),
      views: [{ ...view, photo: { ...view.photo, rgb } }],
    };
    const onProgress = ({ iteration, iterations }: RefineUpdate) => {
      if (iteration === iterations) release();
    };
    expect(await threads.refine(late, { iterations: 10, onProgress })).toEqual(plain);
    const broken = { ...late, texture: Promise.reject(new StudioError('asset-missing', 'Gone.', 'Undo.')) };
    await expect(threads.refine(broken, { iterations: 1 })).rejects.toMatchObject({
      code: 'asset-missing',
      message: 'Gone.',
    });
    const short = { ...view, photo: { ...view.photo, rgb: Promise.resolve(new Uint8Array(3)) } };
    await expect(threads.refine({ ...input, views: [short] }, { iterations: 1 })).rejects.toMatchObject({
      code: 'invalid-parameters',
      message: "The photo's pixels don't match its size.",
    });
    expect(await threads.refine(input, { iterations: 10 })).toEqual(plain);
  });

  it("passes the refinement's own errors on, and can be used again", async () => {
    const threads = open();
    const mask = new Uint8Array(view.mask.length);
    await expect(
      threads.refine({ ...input, views: [{ ...view, mask }] }, { iterations: 5 }),
    ).rejects.toMatchObject({ code: 'no-car', message: 'The mask shows no car.' });
    expect((await threads.refine(input, { iterations: 1 })).stopped).toBe(false);
  });
});

describe('the thread that waits', () => {
  it('is the one that was made ready, and serves one refinement after the other', async () => {
    const threads = open(numbered);
    threads.warm(template);
    threads.warm(template);
    const first = await threadOf(threads);
    expect(await threadOf(threads)).toBe(first);
    const [a, b] = await Promise.all([threadOf(threads), threadOf(threads)]);
    expect(a).toBe(first);
    expect(b).not.toBe(first);
    expect([a, b]).toContain(await threadOf(threads));
  });

  it('gets each template once, and what it makes of it stays', async () => {
    const counts = entry(
      'counts',
      `import { parentPort } from 'node:worker_threads';
       let templates = 0;
       parentPort?.on('message', ({ kind }: { kind: string }) => {
         if (kind === 'template') templates++;
         if (kind !== 'refine') return;
         const outcome = { offsets: new Float32Array(), views: [], losses: { silhouette: templates }, stopped: false };
         parentPort?.postMessage({ kind: 'done', outcome });
       });`,
    );
    const threads = open(counts);
    threads.warm(template);
    expect(await threadOf(threads)).toBe(1);
    expect(await threadOf(threads)).toBe(1);
    const smaller = carLikeTemplate(2);
    const other = { ...input, template: smaller, offsets: new Float32Array(smaller.vertices.length) };
    expect((await threads.refine(other, { iterations: 1 })).losses.silhouette).toBe(2);
  });

  it('is replaced when it died in a refinement, which says so', async () => {
    const threads = open(numbered);
    const first = await threadOf(threads);
    await expect(threadOf(threads, 13)).rejects.toMatchObject({
      code: 'worker-lost',
      message: 'The refinement stopped unexpectedly.',
      remedy: 'The car is as it was; start the refinement again.',
    });
    await expect(threadOf(threads, 14)).rejects.toMatchObject({
      code: 'worker-lost',
      message: 'The refinement stopped: out of memory.',
    });
    expect(await threadOf(threads)).not.toBe(first);
  });

  it('is replaced when it died while it waited', async () => {
    const dies = entry(
      'dies',
      `import { parentPort, threadId } from 'node:worker_threads';
       parentPort?.on('message', ({ kind }: { kind: string }) => {
         if (kind === 'rehearse') throw new Error('out of memory');
         if (kind !== 'refine') return;
         const outcome = { offsets: new Float32Array(), views: [], losses: { silhouette: threadId }, stopped: false };
         parentPort?.postMessage({ kind: 'done', outcome });
       });`,
    );
    const threads = open(dies);
    threads.warm(template);
    await expect.poll(() => threads.waiting, { timeout: 10_000 }).toBe(false);
    expect(await threadOf(threads)).toBeGreaterThan(0);
    expect(threads.waiting).toBe(true);
    await threads.close();
    threads.warm(template);
    expect(threads.waiting).toBe(false);
  });
});
