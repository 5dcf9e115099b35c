import { EventEmitter } from 'node:events';
import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent } from 'electron';

type Handler = Parameters<IpcMain['handle']>[1];

/** Double of ipcMain; the window's half calls `receive` and `invoke` for what its page sends. */
class IpcMainDouble extends EventEmitter {
  readonly #handlers = new Map<string, Handler>();

  handle(channel: string, handler: Handler): void {
    if (this.#handlers.has(channel))
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.#handlers.set(channel, handler);
  }

  receive(channel: string, event: IpcMainEvent, args: unknown[]): void {
    this.emit(channel, event, ...args);
  }

  async invoke(channel: string, event: IpcMainInvokeEvent, args: unknown[]): Promise<unknown> {
    const handler = this.#handlers.get(channel);
    if (!handler) throw new Error(`No handler registered for '${channel}'`);
    return handler(event, ...args);
  }

  reset(): void {
    this.#handlers.clear();
    this.removeAllListeners();
  }
}

export const ipcMainDouble = new IpcMainDouble();
export const ipcMain: Pick<IpcMain, 'handle'> & Pick<IpcMainDouble, 'on'> = ipcMainDouble;
