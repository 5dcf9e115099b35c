import { create } from 'zustand';

/** One long task of the engine that the page waits for without being blocked: an import, a flip, a file. */
export interface Activity {
  /** "Reading the photo" ... */
  label: string;
  /** 0..1, or null when it can't be told */
  fraction: number | null;
  cancel: (() => void) | null;
}

export const useActivity = create<{ activity: Activity | null }>(() => ({ activity: null }));
