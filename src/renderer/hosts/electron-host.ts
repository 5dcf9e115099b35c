import { type BridgeAnswer, bridgeName, portMessage, type TurnaroundBridge } from '../../shared/bridge.ts';
import { fromErrorPayload } from '../../shared/errors.ts';
import { connectStudio } from '../../shared/rpc.ts';
import type { Host } from '../host.ts';
import { messageChannelPort } from './message-channel-port.ts';

/** The parts of a window that the host needs. */
export interface BridgeWindow {
  [bridgeName]?: TurnaroundBridge;
  location: Pick<Location, 'origin'>;
  addEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
  removeEventListener(type: 'message', listener: (event: MessageEvent<unknown>) => void): void;
}

function nextPort(window: BridgeWindow, bridge: TurnaroundBridge): Promise<MessagePort> {
  return new Promise((resolve) => {
    const listener = ({ data, origin, ports }: MessageEvent<unknown>) => {
      const [port] = ports;
      if (data !== portMessage || origin !== window.location.origin || !port) return;
      window.removeEventListener('message', listener);
      resolve(port);
    };
    window.addEventListener('message', listener);
    bridge.requestPort();
  });
}

/** The value, or the main process's error thrown. */
function unwrapped<T>(answer: BridgeAnswer<T>): T {
  if (answer.kind === 'done') return answer.value;
  throw fromErrorPayload(answer.error);
}

/** An Electron window: the engine's utility process behind a message port. Throws when the preload left no bridge. */
export function electronHost(window: BridgeWindow): Host {
  const bridge = window[bridgeName];
  if (!bridge)
    throw new Error(
      `electronHost: window.${bridgeName} is missing; the window was opened without its preload script.`,
    );
  return {
    async connect(onLost) {
      const port = messageChannelPort(await nextPort(window, bridge));
      port.onClose(onLost);
      return connectStudio(port);
    },
    openFile: async (kind) => unwrapped(await bridge.openFile(kind)),
    saveFile: async (name, bytes) => unwrapped(await bridge.saveFile(name, bytes)),
    setTitle: (title) => bridge.setTitle(title),
    onMenuCommand: (listener) => bridge.onMenuCommand(listener),
  };
}
