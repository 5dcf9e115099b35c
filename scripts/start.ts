import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { frugalMalloc } from '../src/engine/host/frugal-malloc.ts';
import { electronBinary } from './electron-binary.ts';
import { run, runTool } from './run.ts';
import { isStale } from './stale.ts';

/** `npm start`: the studio in Electron where its binary lies on disk, else in the browser, saying so. */
const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    browser: { type: 'boolean', default: false },
    'no-open': { type: 'boolean', default: false },
    port: { type: 'string' },
  },
});

const sources = ['src', 'package.json', 'vite.renderer.config.ts'].map((name) => join(root, name));
const binary = values.browser ? null : electronBinary(root);

if (binary) {
  if (isStale(join(root, 'out', 'main', 'index.js'), [...sources, join(root, 'electron.vite.config.ts')])) {
    const code = await runTool('electron-vite/bin/electron-vite.js', ['build', '--logLevel', 'warn']);
    if (code !== 0) process.exit(code);
  }
  process.exit(await run(binary, [root]));
}

if (!values.browser) {
  console.log("Electron's binary is not on this disk, so the studio opens in your browser.");
  console.log(
    'For the desktop window: node node_modules/electron/install.js (fetches it once), then npm start.',
  );
}
if (isStale(join(root, 'out', 'renderer', 'index.html'), sources)) {
  const args = ['build', '--config', join(root, 'vite.renderer.config.ts'), '--logLevel', 'warn'];
  const code = await runTool('vite/bin/vite.js', args);
  if (code !== 0) process.exit(code);
}
const serve = [
  'serve',
  ...(values['no-open'] ? [] : ['--open']),
  ...(values.port ? ['--port', values.port] : []),
];
process.exit(
  await run(process.execPath, [join(root, 'bin', 'turnaround.mjs'), ...serve], {
    ...process.env,
    ...frugalMalloc,
  }),
);
