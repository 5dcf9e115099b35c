import { parentPort, workerData } from 'node:worker_threads';
import { createStudio, type StudioOptions } from '../studio.ts';
import { serveClients } from './serve-clients.ts';

if (!parentPort) throw new Error('engine-worker.ts runs in a worker thread; see startEngine');
await serveClients(parentPort, () => createStudio(workerData as StudioOptions));
