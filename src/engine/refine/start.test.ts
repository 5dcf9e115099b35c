import type { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { carLikeTemplate } from '../render/test-car.ts';
import { startRefinement } from './start.ts';
import { knownPhotos } from './test-photo.ts';

it('refines in a thread that ends with it', async () => {
  const threads: Worker[] = [];
  const count = (thread: Worker) => threads.push(thread);
  process.on('worker', count);
  const { input } = knownPhotos(carLikeTemplate(), 1, 12);
  const outcome = await startRefinement(input, { iterations: 20 });
  process.off('worker', count);
  expect(outcome.views[0].maskIoUAfter).toBeGreaterThan(outcome.views[0].maskIoUBefore);
  // a thread that has ended has no number any more
  expect(threads.map(({ threadId }) => threadId)).toEqual([-1]);
});
