import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { carLikeTemplate } from '../render/test-car.ts';
import { startRefinement } from './start.ts';
import { knownPhotos } from './test-photo.ts';
import type { RefineUpdate } from './types.ts';

const folder = mkdtempSync(join(tmpdir(), 'turnaround-refine-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const { input, view } = knownPhotos(carLikeTemplate(), 1, 12);

function entry(name: string, source: string): URL {
  const path = join(folder, `${name}.ts`);
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(path, source);
  return pathToFileURL(path);
}

describe('startRefinement', () => {
  it('refines in a thread of its own while the event loop goes on', async () => {
    const updates: RefineUpdate[] = [];
    let ticks = 0;
    const timer = setInterval(() => ticks++, 20);
    const outcome = await startRefinement(input, { iterations: 60, onProgress: (u) => updates.push(u) });
    clearInterval(timer);
    expect(outcome.views[0].maskIoUAfter).toBeGreaterThan(outcome.views[0].maskIoUBefore);
    expect(updates.length).toBeGreaterThan(1);
    expect(updates[0].offsets.length).toBe(input.offsets.length);
    expect(ticks).toBeGreaterThan(10);
    expect(input.offsets.length).toBeGreaterThan(0);
  });

  it('ends with the best so far when it is cancelled', async () => {
    const controller = new AbortController();
    const outcome = await startRefinement(input, {
      iterations: 2000,
      signal: controller.signal,
      onProgress: () => controller.abort(),
    });
    expect(outcome.stopped).toBe(true);
    await expect(startRefinement(input, { iterations: 5, signal: controller.signal })).rejects.toMatchObject({
      code: 'cancelled',
    });
  });

  it('runs two at once', async () => {
    const both = await Promise.all([
      startRefinement(input, { iterations: 10 }),
      startRefinement(input, { iterations: 10 }),
    ]);
    expect(both[0].offsets).toEqual(both[1].offsets);
  });

  it("passes the refinement's own errors on", async () => {
    const mask = new Uint8Array(view.mask.length);
    await expect(
      startRefinement({ ...input, views: [{ ...view, mask }] }, { iterations: 5 }),
    ).rejects.toMatchObject({
      code: 'no-car',
    });
  });

  it('says so when the thread dies', async () => {
    const dies = entry('dies', 'setTimeout(() => process.exit(1), 20);');
    await expect(startRefinement(input, { iterations: 5 }, dies)).rejects.toMatchObject({
      code: 'worker-lost',
      message: 'The refinement stopped unexpectedly.',
    });
    const throws = entry('throws', "throw new Error('out of memory');");
    await expect(startRefinement(input, { iterations: 5 }, throws)).rejects.toMatchObject({
      code: 'worker-lost',
      message: 'The refinement stopped: out of memory.',
    });
  });
});
