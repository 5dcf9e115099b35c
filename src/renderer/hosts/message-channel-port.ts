import type { Port } from '../../shared/port.ts';

/** A port over a MessagePort; messages wait until the first listener is there. */
export function messageChannelPort(channel: MessagePort): Port {
  return {
    post: (message, transfer = []) => channel.postMessage(message, transfer),
    onMessage(listener) {
      channel.addEventListener('message', ({ data }: MessageEvent<unknown>) => listener(data));
      channel.start();
    },
    onClose(listener) {
      channel.addEventListener('close', () => listener(), { once: true });
    },
    close: () => channel.close(),
  };
}
