import { fileURLToPath } from 'node:url';

const script = (name: string) => fileURLToPath(new URL(`../electron-double/${name}.ts`, import.meta.url));

/** Scripts that stand in for the engine's entry where a spec needs none of its computing. */
export const standInEngine = script('stand-in-engine');
export const brokenEngine = script('stand-in-broken-engine');
export const hungEngine = script('stand-in-hung-engine');
