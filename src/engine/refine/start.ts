import { RefineThreads } from './threads.ts';
import type { RefineInput, RefineOptions, RefineOutcome } from './types.ts';

/** One refinement in a thread that ends with it; see RefineThreads.refine. */
export async function startRefinement(input: RefineInput, options: RefineOptions): Promise<RefineOutcome> {
  const threads = new RefineThreads();
  try {
    return await threads.refine(input, options);
  } finally {
    await threads.close();
  }
}
