import { isMainThread } from 'node:worker_threads';

/** Runs before the module of the double's utility process, and does nothing in the worker threads that inherit it. */
if (isMainThread) {
  const { register } = await import('tsx/esm/api');
  register();
  await import('./parent-port.ts');
}
