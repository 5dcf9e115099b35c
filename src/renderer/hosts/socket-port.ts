import type { Port } from '../../shared/port.ts';
import { decodeMessage, encodeMessage } from '../../shared/wire.ts';

/** A port over an open WebSocket with binary frames (wire.ts). */
export function socketPort(socket: WebSocket): Port {
  socket.binaryType = 'arraybuffer';
  return {
    post(message) {
      const bytes = encodeMessage(message);
      if (socket.readyState === WebSocket.OPEN) socket.send(bytes.slice());
    },
    onMessage(listener) {
      socket.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
        if (data instanceof ArrayBuffer) listener(decodeMessage(new Uint8Array(data)));
      });
    },
    onClose(listener) {
      socket.addEventListener('close', () => listener(), { once: true });
    },
    close: () => socket.close(),
  };
}
