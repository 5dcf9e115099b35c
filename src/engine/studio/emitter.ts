import type { EventSource } from '../../shared/rpc.ts';
import type { EventName, EventPayload } from '../../shared/studio-api.ts';

/** The studio's events: what is emitted reaches every listener of that moment. */
export class Emitter implements EventSource {
  readonly #listeners = new Map<EventName, Set<(payload: never) => void>>();

  on<E extends EventName>(name: E, listener: (payload: EventPayload<E>) => void): () => void {
    const set = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, set);
    set.add(listener);
    return () => {
      set.delete(listener);
    };
  }

  emit<E extends EventName>(name: E, payload: EventPayload<E>): void {
    for (const listener of [...(this.#listeners.get(name) ?? [])]) listener(payload as never);
  }
}
