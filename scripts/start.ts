import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { frugalMalloc } from '../src/engine/host/frugal-malloc.ts';
import { buildPage, buildStudio } from './build-studio.ts';
import { electronBinary } from './electron-binary.ts';
import { run } from './run.ts';

/** `npm start`: the studio in Electron where its binary lies on disk, else in the browser, saying so. */
const root = fileURLToPath(new URL('..', import.meta.url));
const { values } = parseArgs({
  options: {
    browser: { type: 'boolean', default: false },
    'no-open': { type: 'boolean', default: false },
    port: { type: 'string' },
  },
});

const binary = values.browser ? null : electronBinary(root);

if (binary) {
  const code = await buildStudio(root);
  if (code !== 0) process.exit(code);
  process.exit(await run(binary, [root]));
}

if (!values.browser) {
  console.log("Electron's binary is not on this disk, so the studio opens in your browser.");
  console.log(
    'For the desktop window: node node_modules/electron/install.js (fetches it once), then npm start.',
  );
}
const code = await buildPage(root);
if (code !== 0) process.exit(code);
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
