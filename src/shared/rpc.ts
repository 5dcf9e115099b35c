import { z } from 'zod';
import { cancelled, errorCodes, fromErrorPayload, StudioError, toErrorPayload } from './errors.ts';
import type { Port } from './port.ts';
import {
  type EventName,
  type EventPayload,
  events,
  type Handlers,
  type Method,
  methods,
  type Studio,
} from './studio-api.ts';

const fromClient = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('call'), id: z.number().int(), method: z.string(), params: z.unknown() }),
  z.object({ kind: z.literal('cancel'), id: z.number().int() }),
]);

const fromServer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('result'), id: z.number().int(), value: z.unknown() }),
  z.object({
    kind: z.literal('error'),
    id: z.number().int(),
    error: z.object({ code: z.enum(errorCodes), message: z.string(), remedy: z.string() }),
  }),
  z.object({ kind: z.literal('progress'), id: z.number().int(), value: z.unknown() }),
  z.object({ kind: z.literal('event'), name: z.string(), value: z.unknown() }),
]);

/** What ends a call, whatever it holds. */
const answerSchema = z.object({ kind: z.enum(['result', 'error']), id: z.number().int() });

interface Pending {
  method: Method;
  resolve(value: unknown): void;
  reject(error: Error): void;
  onProgress: ((value: never) => void) | undefined;
}

/**
 * The calling side of a port. When the port closes, every call under way fails with `connection-lost`. Events and progress
 * that it does not know or that have another shape are left out: a newer engine may send them.
 */
export function connectStudio(port: Port): Studio {
  const pending = new Map<number, Pending>();
  const listeners = new Map<EventName, Set<(value: never) => void>>();
  let nextId = 1;
  let closed = false;

  const lost = () =>
    new StudioError(
      'connection-lost',
      'The connection to the engine was lost.',
      'Reload the window; your last car was saved.',
    );

  const refuse = (id: number) => {
    const call = pending.get(id);
    pending.delete(id);
    call?.reject(
      new StudioError(
        'internal',
        `The answer to ${call.method} has another shape.`,
        'Reload the window; report it if it happens again.',
      ),
    );
  };

  port.onMessage((raw) => {
    const told = fromServer.safeParse(raw);
    if (!told.success) {
      const about = answerSchema.safeParse(raw).data;
      if (about) refuse(about.id);
      return;
    }
    const message = told.data;
    if (message.kind === 'event') {
      if (!Object.hasOwn(events, message.name)) return;
      const name = message.name as EventName;
      const value = events[name].safeParse(message.value);
      if (value.success) for (const listener of listeners.get(name) ?? []) listener(value.data as never);
      return;
    }
    const call = pending.get(message.id);
    if (!call) return;
    if (message.kind === 'progress') {
      const value = methods[call.method].progress.safeParse(message.value);
      if (value.success) call.onProgress?.(value.data as never);
      return;
    }
    if (message.kind === 'error') {
      pending.delete(message.id);
      call.reject(fromErrorPayload(message.error));
      return;
    }
    const parsed = methods[call.method].result.safeParse(message.value);
    if (!parsed.success) return refuse(message.id);
    pending.delete(message.id);
    call.resolve(parsed.data);
  });

  port.onClose(() => {
    closed = true;
    for (const call of pending.values()) call.reject(lost());
    pending.clear();
  });

  return {
    call(name, params, options = {}) {
      return new Promise((resolve, reject) => {
        if (closed) return reject(lost());
        if (options.signal?.aborted) return reject(cancelled());
        const id = nextId++;
        const cancel = () => port.post({ kind: 'cancel', id });
        const settle =
          <T>(next: (value: T) => void) =>
          (value: T) => {
            options.signal?.removeEventListener('abort', cancel);
            next(value);
          };
        pending.set(id, {
          method: name,
          resolve: settle(resolve as (value: unknown) => void),
          reject: settle(reject),
          onProgress: options.onProgress,
        });
        options.signal?.addEventListener('abort', cancel, { once: true });
        port.post({ kind: 'call', id, method: name, params });
      });
    },
    on(name, listener) {
      const set = listeners.get(name) ?? new Set();
      listeners.set(name, set);
      set.add(listener);
      return () => set.delete(listener);
    },
  };
}

/** Anything that lets events be heard; studio.ts has one. */
export interface EventSource {
  on<E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void): () => void;
}

/** The answering side of a port: validates, runs the handler, reports progress, and aborts what the port's end leaves running. */
export function serveStudio(port: Port, handlers: Handlers, source: EventSource): void {
  const running = new Map<number, AbortController>();
  const unsubscribe = (Object.keys(events) as EventName[]).map((name) =>
    source.on(name, (value) => port.post({ kind: 'event', name, value })),
  );

  const answer = async (
    id: number,
    name: string,
    params: unknown,
    controller: AbortController,
  ): Promise<void> => {
    if (!Object.hasOwn(methods, name)) {
      throw new StudioError(
        'invalid-parameters',
        `There is no method ${name}.`,
        'Update the page or the engine.',
      );
    }
    const method = name as Method;
    const parsed = methods[method].params.safeParse(params);
    if (!parsed.success) {
      throw new StudioError(
        'invalid-parameters',
        `${name} can't take these parameters: ${z.prettifyError(parsed.error)}`,
        'Correct them and try again.',
      );
    }
    const handler = handlers[method] as (params: unknown, context: unknown) => unknown;
    const value = await handler(parsed.data, {
      signal: controller.signal,
      progress: (progress: unknown) => port.post({ kind: 'progress', id, value: progress }),
    });
    port.post({ kind: 'result', id, value });
  };

  port.onMessage((raw) => {
    const parsed = fromClient.safeParse(raw);
    if (!parsed.success) return;
    const message = parsed.data;
    if (message.kind === 'cancel') {
      running.get(message.id)?.abort();
      return;
    }
    const controller = new AbortController();
    running.set(message.id, controller);
    answer(message.id, message.method, message.params, controller)
      .catch((error: unknown) => port.post({ kind: 'error', id: message.id, error: toErrorPayload(error) }))
      .finally(() => running.delete(message.id));
  });

  port.onClose(() => {
    for (const stop of unsubscribe) stop();
    for (const controller of running.values()) controller.abort();
    running.clear();
  });
}
