import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { Port } from '../shared/port.ts';
import { decodeMessage, encodeMessage } from '../shared/wire.ts';

const progressSchema = z.object({ kind: z.literal('progress') });

/** Bytes that may wait for a slow page before progress is left out; what comes next replaces it anyway. */
const patienceBytes = 16 * 2 ** 20;

/**
 * A WebSocket as a Port: one binary frame a message. A frame that can't be decoded, is malformed or too long ends the
 * connection; ws tells the last two as errors, and the close that follows is all that matters here.
 */
export function socketPort(socket: WebSocket, mayWait = patienceBytes): Port {
  socket.binaryType = 'nodebuffer';
  socket.on('error', () => socket.terminate());
  return {
    post(message) {
      if (socket.readyState !== socket.OPEN) return;
      if (socket.bufferedAmount > mayWait && progressSchema.safeParse(message).success) return;
      socket.send(encodeMessage(message));
    },
    onMessage(listener) {
      socket.on('message', (data, isBinary) => {
        if (!isBinary || !Buffer.isBuffer(data)) return socket.close(1003, 'binary frames only');
        try {
          listener(decodeMessage(data));
        } catch {
          socket.close(1007, 'frame not understood');
        }
      });
    },
    onClose(listener) {
      socket.on('close', listener);
    },
    close() {
      socket.close();
    },
  };
}
