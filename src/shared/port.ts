/**
 * The one thing that differs between transports: a two-way channel of structured messages. Message ports pass typed
 * arrays as they are (those in `transfer` are moved); the WebSocket encodes them (wire.ts).
 */
export interface Port {
  post(message: unknown, transfer?: ArrayBuffer[]): void;
  onMessage(listener: (message: unknown) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}
