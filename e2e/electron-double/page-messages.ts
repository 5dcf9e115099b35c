/** Messages between the page's half of the double (page-half.ts) and the window's (web-contents.ts). */
export type ToWindow =
  | { kind: 'send'; channel: string; args: unknown[] }
  | { kind: 'invoke'; id: number; channel: string; args: unknown[] }
  | { kind: 'port-message'; port: number; data: unknown }
  | { kind: 'port-close'; port: number };

export type ToPage =
  | { kind: 'event'; channel: string; args: unknown[]; ports: number[] }
  | { kind: 'answer'; id: number; value: unknown }
  | { kind: 'failure'; id: number; message: string }
  | { kind: 'port-message'; port: number; data: unknown }
  | { kind: 'port-close'; port: number };

/** Stands for turnaround://studio in the browser, which knows no scheme of ours; localhost is a secure context. */
export const browserOrigin = 'http://studio.localhost';
