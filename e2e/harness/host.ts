import type { Page } from 'playwright-core';

/** A studio opened in some host with a data folder of its own; what hosts do differently in dialogs is told here. */
export interface OpenHost {
  readonly page: Page;
  /** Runs `trigger`, which asks the user for a file, and answers with this file. */
  chooseFile(path: string, trigger: () => Promise<void>): Promise<void>;
  /** Runs `trigger`, which lets the user save a file, and returns what was saved. */
  savedFile(trigger: () => Promise<void>): Promise<{ name: string; bytes: Uint8Array }>;
  /** Ends the host and opens it again on the same data folder. */
  restart(): Promise<OpenHost>;
  close(): Promise<void>;
}
