import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { run } from '../scripts/run.ts';
import { frugalMalloc } from '../src/engine/host/frugal-malloc.ts';
import { defaultModelsDir } from '../src/engine/host/paths.ts';
import { startEngine } from '../src/engine/host/start-engine.ts';
import { connectStudio } from '../src/shared/rpc.ts';
import { type RefineResult, type Studio, usualIterations } from '../src/shared/studio-api.ts';
import { countOption } from './count-option.ts';
import { maskOf, photoFiles } from './eval-files.ts';
import { largePhoto, largeSize } from './large-photo.ts';
import { machine } from './machine.ts';
import { refineInPage } from './refine-in-page.ts';
import { type Moment, settled, type Timeline, timelineOf } from './refine-timeline.ts';
import { median } from './statistics.ts';

/**
 * `npm run bench:refine -- --shared ../shared`: refinements by the studio's engine in its thread, as the page asks for them:
 * when the first change, each picture and the result are at the client, and what memory the process takes. Then the same in
 * the page itself. Writes bench/REFINE.md.
 */
const { values } = parseArgs({
  options: {
    shared: { type: 'string' },
    photos: { type: 'string', default: '4' },
    repeats: { type: 'string', default: '3' },
    iterations: { type: 'string', default: String(usualIterations) },
    out: { type: 'string', default: fileURLToPath(new URL('REFINE.md', import.meta.url)) },
  },
});
// what is measured is the engine as `npm start` starts it
if (!process.env.MALLOC_MMAP_THRESHOLD_)
  process.exit(
    await run(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
      ...process.env,
      ...frugalMalloc,
    }),
  );

const iterations = countOption('iterations', values.iterations, 1);
const repeats = countOption('repeats', values.repeats, 1);
const photoCount = countOption('photos', values.photos);
const sample = fileURLToPath(new URL('../resources/samples/car.png', import.meta.url));
/** So long the engine is left alone before its memory counts as idle, ms. */
const rest = 3000;

interface Photo {
  name: string;
  bytes: Uint8Array;
  mask?: Uint8Array;
}

/** Ours in two sizes, and the first of eval/photos with their masks, which may guide choices. */
async function photos(): Promise<Photo[]> {
  const own = [
    { name: basename(sample), bytes: new Uint8Array(await readFile(sample)) },
    { name: `the same, ${largeSize.join(' x ')}`, bytes: await largePhoto(sample) },
  ];
  if (!values.shared) return own;
  const files = await photoFiles(values.shared, photoCount);
  const theirs = files.map(async (file) => ({
    name: `eval/photos/${basename(file)}`,
    bytes: new Uint8Array(await readFile(file)),
    mask: new Uint8Array(await readFile(maskOf(file))),
  }));
  return [...own, ...(await Promise.all(theirs))];
}

interface Refined extends Timeline {
  result: RefineResult;
  whole: number;
  /** megabytes */
  peak: number;
}

async function refineOnce(studio: Studio): Promise<Refined> {
  const moments: Moment[] = [];
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, megabytes());
  }, 5);
  const { document } = await studio.call('document.get', {});
  const before = JSON.stringify(document?.viewpoint);
  const begun = performance.now();
  const result = await studio.call(
    'refine.start',
    { iterations },
    {
      onProgress: ({ loss, viewpoint }) => {
        const changed = JSON.stringify(viewpoint) !== before;
        moments.push({ at: performance.now() - begun, loss, changed });
      },
    },
  );
  const whole = performance.now() - begun;
  clearInterval(watch);
  return { ...timelineOf(moments), result, whole, peak };
}

/** Of the engine and its threads: what is resident beyond what this process had before it started them. */
function megabytes(): number {
  return process.memoryUsage.rss() / 1e6 - own;
}

async function idleMegabytes(): Promise<number> {
  await wait(rest);
  return megabytes();
}

/** One line of the table: a photo's refinements, each from the reconstruction. */
async function measure(studio: Studio, { name, bytes, mask }: Photo): Promise<string> {
  await studio.call('photo.import', { name: 'photo', bytes, ...(mask ? { mask } : {}) });
  const idle = await idleMegabytes();
  const runs: Refined[] = [];
  let after = 0;
  for (let i = 0; i < repeats; i++) {
    runs.push(await refineOnce(studio));
    await studio.call('refine.discard', {});
    after = await idleMegabytes();
  }
  const of = (key: 'first' | 'gap' | 'converged' | 'last' | 'whole' | 'peak', value = median) =>
    value(runs.map((each) => each[key])).toFixed(0);
  const most = (all: readonly number[]) => Math.max(...all);
  const { maskIoUBefore, maskIoUAfter } = runs[0].result;
  const cells = [
    name,
    `${of('first')} (${of('first', most)})`,
    of('gap', most),
    ...[of('converged'), of('last'), of('whole')],
    `${maskIoUBefore.toFixed(3)} to ${maskIoUAfter.toFixed(3)}`,
    ...[idle.toFixed(0), of('peak', most), after.toFixed(0)],
  ];
  return `| ${cells.join(' | ')} |`;
}

const host = machine();
const all = await photos();
const own = process.memoryUsage.rss() / 1e6;
const dataDir = await mkdtemp(join(tmpdir(), 'turnaround-refine-'));
const engine = await startEngine({ dataDir, modelsDir: defaultModelsDir(), provider: 'cpu' });
const lines: string[] = [];
try {
  const studio = connectStudio(engine.connect());
  for (const photo of all) {
    lines.push(await measure(studio, photo));
    console.log(lines.at(-1));
  }
} finally {
  await engine.close();
  await rm(dataDir, { recursive: true, force: true });
}
const page = await refineInPage(sample);
const text = `# Speed and memory of a refinement

Made by \`npm run bench:refine -- --repeats ${repeats} --iterations ${iterations}${values.shared ? ` --shared ${values.shared}` : ''}\` on ${host}. 256 x 256 pixels, provider cpu, sessions warm.

## At the engine's client
Milliseconds after \`refine.start\`, medians of ${repeats}: the first picture that shows a change (slowest in brackets), the longest wait for the next picture (of all runs), convergence (the loss stays within ${settled} of its last), the last picture, and the whole call, which ends with the texture at the photo's resolution. Megabytes resident for the engine and its threads (beyond the ${own.toFixed(0)} of the measuring process before it starts them), without a forced collection: ${rest / 1000} s after the import, at most while refining, and ${rest / 1000} s after the last refinement.

| photo | first change | longest wait | converged | last picture | whole | mask IoU | idle | peak | after |
|---|---|---|---|---|---|---|---|---|---|
${lines.join('\n')}

## In the page
The browser host and headless Chromium (software WebGL) on the same processors, ${basename(sample)}, milliseconds after the press of Refine until what is told has been drawn: first picture ${page.first.toFixed(0)}, longest wait for the next ${page.gap.toFixed(0)}, last ${page.last.toFixed(0)}, proposal ${page.proposal.toFixed(0)}; ${page.pictures} pictures.
`;
await writeFile(values.out, text);
console.log(text);
