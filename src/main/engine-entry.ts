import { createStudio, type StudioOptions } from '../engine/studio.ts';
import { serveEngine } from './serve-engine.ts';

/** The utility process: its last argument is the StudioOptions as JSON. */
serveEngine(process.parentPort, () => createStudio(JSON.parse(process.argv.at(-1) ?? '') as StudioOptions));
