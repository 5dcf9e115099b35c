import { build, type Rolldown } from 'vite';

/** A module and all that it imports as one script that runs at once. */
export async function bundleScript(entry: string): Promise<string> {
  const [built] = (await build({
    configFile: false,
    logLevel: 'error',
    build: { write: false, minify: false, lib: { entry, formats: ['iife'], name: 'bundled' } },
  })) as Rolldown.RolldownOutput[];
  const code = built?.output[0]?.code;
  if (!code) throw new Error(`bundleScript: nothing was built of ${entry}`);
  return code;
}
