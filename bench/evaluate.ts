import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { defaultModelsDir } from '../src/engine/host/paths.ts';
import { openRooms } from '../src/engine/studio/open-rooms.ts';
import { Claims } from './claims.ts';
import { countOption } from './count-option.ts';
import { evaluateCosts } from './evaluate-costs.ts';
import { evaluateHeldOut } from './evaluate-held-out.ts';
import { evaluatePhotos } from './evaluate-photos.ts';
import { evaluateThreePhotos } from './evaluate-three-photos.ts';
import { evaluateTurntable } from './evaluate-turntable.ts';
import { Journal } from './journal.ts';
import { machine } from './machine.ts';
import { PerceptualDistance } from './perceptual-distance.ts';
import { runPinned } from './pinned-jobs.ts';
import { report } from './report.ts';
import type { Run } from './run.ts';

/**
 * `npm run evaluate -- --shared ../shared`: real photos, and renders with truth, through the product; writes
 * bench/RESULTS.md. Ctrl-C ends it; the same command goes on where it stopped as long as models, tracked code and held-out
 * folder are the same (--fresh begins anew).
 */
const { values } = parseArgs({
  options: {
    shared: { type: 'string', default: '../shared' },
    /** how many photos and turntable cars, by name */
    photos: { type: 'string', default: '120' },
    cars: { type: 'string', default: '12' },
    /** every how many of a car's 16 views is refined too; 0 for none */
    'refine-every': { type: 'string', default: '2' },
    /** cars that are also made from three photos together */
    'three-cars': { type: 'string', default: '12' },
    /** folder that the training stage held-out-truth wrote; without it the report says what is missing */
    'held-out': { type: 'string' },
    /** pictures at a time, each on a core of its own (Linux); seconds and memory are measured one at a time all the same */
    jobs: {
      type: 'string',
      default: String(process.platform === 'linux' ? Math.min(2, availableParallelism()) : 1),
    },
    /** says in the report that nothing else ran, so that its seconds count */
    quiet: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    out: { type: 'string', default: fileURLToPath(new URL('RESULTS.md', import.meta.url)) },
    /** set by the command itself: one of its jobs */
    worker: { type: 'string' },
  },
});

const counts = {
  photos: countOption('photos', values.photos),
  cars: countOption('cars', values.cars),
  refineEvery: countOption('refine-every', values['refine-every']),
  threeCars: countOption('three-cars', values['three-cars']),
  jobs: countOption('jobs', values.jobs, 1),
};
const modelsDir = defaultModelsDir();
const manifest = await readFile(join(modelsDir, 'manifest.json'), 'utf8');
const git = (...args: string[]) =>
  execFileSync('git', args, { cwd: import.meta.dirname, maxBuffer: 2 ** 28 });
const heldOut = values['held-out'];
const key = createHash('sha256')
  .update(manifest)
  .update(git('rev-parse', 'HEAD'))
  .update(git('diff', 'HEAD', '--', '../src', '.', ':!*.md'))
  .update(heldOut === undefined ? '' : resolve(heldOut))
  .digest('hex')
  .slice(0, 16);
const work = join(tmpdir(), `turnaround-evaluate-${key}`);
const say = (text: string) => console.error(text);
const host = machine();
const begun = performance.now();

const interrupted = new AbortController();
process.once('SIGINT', () => {
  if (values.worker === undefined) say('Stopping; the same command goes on from here.');
  interrupted.abort();
});

/** Everything that may be measured by several processes at a time; each gives what it knows in the end. */
async function measure(run: Run) {
  const rooms = await openRooms({ modelsDir, provider: 'cpu' });
  const distance = await PerceptualDistance.open(modelsDir);
  try {
    const photos = await evaluatePhotos(run, rooms, distance, counts.photos);
    const turntable = await evaluateTurntable(run, rooms, counts);
    const three = await evaluateThreePhotos(run, rooms, counts.threeCars);
    const renders = heldOut === undefined ? null : await evaluateHeldOut(run, rooms, heldOut);
    return { photos, turntable, three, heldOut: renders };
  } finally {
    await distance.close();
    await rooms.close();
  }
}

const journal = (name: string) => Journal.open(join(work, 'results', `${name}.jsonl`));
const claims = new Claims(join(work, 'claims'));
const signal = interrupted.signal;
const common = { shared: values.shared, work, signal, say };

async function runJob(worker: string): Promise<void> {
  await measure({ ...common, journal: await journal(worker), claim: (name) => claims.claim(name) });
}

async function runAll(): Promise<void> {
  if (values.fresh) await Journal.forget(work);
  await mkdir(work, { recursive: true });
  await claims.clear();
  const [node, ...script] = process.argv;
  if (counts.jobs > 1) await runPinned([node, ...process.execArgv, ...script], counts.jobs, signal, say);
  signal.throwIfAborted();
  const run: Run = { ...common, journal: await journal('all'), claim: async () => true };
  const measured = await measure(run);
  const costs = await evaluateCosts(run, counts.photos);
  const minutes = ((performance.now() - begun) / 60_000).toFixed(0);
  const text = report({
    command: ['npm run evaluate --', ...process.argv.slice(2)].join(' '),
    machine: `${host}, ${minutes} minutes${values.quiet ? '' : ' (other work ran beside it: seconds are upper bounds)'}`,
    ...{ manifest, costs, ...measured },
  });
  await writeFile(values.out, text);
  console.log(text);
}

try {
  await (values.worker === undefined ? runAll() : runJob(values.worker));
} catch (error) {
  if (!signal.aborted) throw error;
  process.exitCode = 130;
}
