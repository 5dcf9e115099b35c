import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { defaultModelsDir } from '../src/engine/host/paths.ts';
import { openRooms } from '../src/engine/studio/open-rooms.ts';
import { evaluatePhotos } from './evaluate-photos.ts';
import { evaluateThreePhotos } from './evaluate-three-photos.ts';
import { evaluateTurntable } from './evaluate-turntable.ts';
import { Journal } from './journal.ts';
import { machine } from './machine.ts';
import { report } from './report.ts';
import type { Run } from './run.ts';

/**
 * `npm run evaluate -- --shared ../shared`: real photos through the product; writes bench/RESULTS.md. Ctrl-C ends it; the
 * same command goes on where it stopped as long as models and commit are the same (--fresh begins anew).
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
    /** says in the report that nothing else ran, so that its seconds count */
    quiet: { type: 'boolean', default: false },
    fresh: { type: 'boolean', default: false },
    out: { type: 'string', default: fileURLToPath(new URL('RESULTS.md', import.meta.url)) },
  },
});

const modelsDir = defaultModelsDir();
const manifest = await readFile(join(modelsDir, 'manifest.json'), 'utf8');
const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: import.meta.dirname, encoding: 'utf8' });
const key = createHash('sha256').update(manifest).update(commit).digest('hex').slice(0, 16);
const work = join(tmpdir(), `turnaround-evaluate-${key}`);
const host = machine();

const interrupted = new AbortController();
process.once('SIGINT', () => {
  console.error('Stopping; the same command goes on from here.');
  interrupted.abort();
});

await mkdir(work, { recursive: true });
const run: Run = {
  shared: values.shared,
  work,
  journal: await Journal.open(join(work, 'results.jsonl'), values.fresh),
  signal: interrupted.signal,
  say: (text) => console.error(text),
};
const rooms = await openRooms({ modelsDir, provider: 'cpu' });
try {
  const photos = await evaluatePhotos(run, Number(values.photos));
  const turntable = await evaluateTurntable(run, rooms, {
    cars: Number(values.cars),
    refineEvery: Number(values['refine-every']),
  });
  const three = await evaluateThreePhotos(run, rooms, Number(values['three-cars']));
  const text = report({
    command: ['npm run evaluate --', ...process.argv.slice(2)].join(' '),
    machine: `${host}${values.quiet ? '' : ' (other work ran beside it: seconds are upper bounds)'}`,
    ...{ manifest, photos, turntable, three },
  });
  await writeFile(values.out, text);
  console.log(text);
} catch (error) {
  if (!interrupted.signal.aborted) throw error;
  process.exitCode = 130;
} finally {
  await rooms.close();
}
