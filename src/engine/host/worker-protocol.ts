import type { MessagePort } from 'node:worker_threads';
import type { ErrorPayload } from '../../shared/errors.ts';

/** What the host tells the engine's worker thread. */
export type ToWorker = { kind: 'connect'; port: MessagePort } | { kind: 'close' };

/** What the worker tells the host; clients have ports of their own. */
export type FromWorker = { kind: 'ready' } | { kind: 'failed'; error: ErrorPayload } | { kind: 'closed' };
