import { register } from 'tsx/esm/api';

/** Lets this thread import TypeScript. tsx's own `--import tsx` does so in the main thread only. */
register();
