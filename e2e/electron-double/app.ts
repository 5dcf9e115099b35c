import { EventEmitter } from 'node:events';
import { join } from 'node:path';
import type { App } from 'electron';

type UsedApp = Pick<
  App,
  'name' | 'isPackaged' | 'whenReady' | 'getPath' | 'requestSingleInstanceLock' | 'quit'
>;

/** Double of app: its data folder is the spec's, and quitting goes through the events as Electron's does. */
class AppDouble extends EventEmitter implements UsedApp {
  readonly name = 'Turnaround';
  isPackaged = false;
  userData = '';
  /** false when another instance holds the lock */
  firstInstance = true;
  quitAsked = false;
  closeWindows: () => Promise<void> = async () => {};
  #ended: () => void = () => {};
  ended: Promise<void> = Promise.resolve();

  whenReady(): Promise<void> {
    return Promise.resolve();
  }

  getPath(name: Parameters<App['getPath']>[0]): string {
    return join(this.userData, name === 'userData' ? '' : name);
  }

  requestSingleInstanceLock(): boolean {
    return this.firstInstance;
  }

  /** Heard only when the user closed the last window, not while quitting. */
  allWindowsClosed(): void {
    if (!this.quitAsked) this.emit('window-all-closed');
  }

  quit(): void {
    this.quitAsked = true;
    void this.closeWindows().then(() => {
      let prevented = false;
      this.emit('will-quit', {
        preventDefault: () => {
          prevented = true;
        },
      });
      if (!prevented) this.#ended();
    });
  }

  reset(userData: string): void {
    this.removeAllListeners();
    this.userData = userData;
    this.firstInstance = true;
    this.isPackaged = false;
    this.quitAsked = false;
    this.ended = new Promise((resolve) => {
      this.#ended = resolve;
    });
  }
}

export const appDouble = new AppDouble();
