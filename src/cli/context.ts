import type { Rooms } from '../engine/studio/rooms.ts';

/** What a command has of the outside world. */
export interface CliContext {
  /** one line to stdout */
  print(line: string): void;
  /** one line to stderr */
  error(line: string): void;
  /** fires on Ctrl-C */
  signal: AbortSignal;
  /** opens models and threads on the chosen device */
  openRooms(): Promise<Rooms>;
}
