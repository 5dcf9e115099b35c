import { EventEmitter } from 'node:events';
import type { MessageEvent, MessagePortMain } from 'electron';

/** Where a transferred end of a channel now lives: another process, reached by some wire. */
export interface FarEnd {
  send(message: unknown): void;
  closed(): void;
}

/** One end of a channel; messages wait until it is started, or until it is handed to a far end. */
export class PortDouble extends EventEmitter implements MessagePortMain {
  #other: PortDouble | null = null;
  #queue: unknown[] = [];
  #started = false;
  #far: FarEnd | null = null;
  #open = true;

  static pair(): [PortDouble, PortDouble] {
    const [a, b] = [new PortDouble(), new PortDouble()];
    a.#other = b;
    b.#other = a;
    return [a, b];
  }

  postMessage(message: unknown): void {
    if (this.#open) this.#other?.deliver(message);
  }

  start(): void {
    this.#started = true;
    for (const message of this.#queue.splice(0)) this.#hand(message);
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#far?.closed();
    this.emit('close');
    this.#other?.close();
  }

  /** Transfers this end: what is posted to it goes to `far`, what comes from there is posted by `postMessage`. */
  transferTo(far: FarEnd): void {
    this.#far = far;
    this.start();
  }

  /** Called by the other end. */
  protected deliver(message: unknown): void {
    if (this.#started) this.#hand(message);
    else this.#queue.push(message);
  }

  #hand(message: unknown): void {
    if (this.#far) this.#far.send(message);
    else this.emit('message', { data: message, ports: [] } satisfies MessageEvent);
  }
}

/** Double of MessageChannelMain. */
export class MessageChannelDouble {
  readonly port1: PortDouble;
  readonly port2: PortDouble;

  constructor() {
    [this.port1, this.port2] = PortDouble.pair();
  }
}

export function asPortDouble(port: MessagePortMain): PortDouble {
  if (!(port instanceof PortDouble)) throw new Error('Only ports of MessageChannelMain can be transferred.');
  return port;
}
