import { expect, it } from 'vitest';
import { carLikeTemplate } from '../render/test-car.ts';
import { startRefinement } from './start.ts';
import { knownPhotos } from './test-photo.ts';

it('refines in a thread that ends with it', async () => {
  const { input } = knownPhotos(carLikeTemplate(), 1, 12);
  const outcome = await startRefinement(input, { iterations: 20 });
  expect(outcome.views[0].maskIoUAfter).toBeGreaterThan(outcome.views[0].maskIoUBefore);
  expect(process.getActiveResourcesInfo()).not.toContain('MessagePort');
});
