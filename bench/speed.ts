import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { StageClock } from '../src/cli/stage-clock.ts';
import { defaultModelsDir } from '../src/engine/host/paths.ts';
import { startEngine } from '../src/engine/host/start-engine.ts';
import { assetsOf } from '../src/shared/document.ts';
import { connectStudio } from '../src/shared/rpc.ts';
import { type NeuralDetail, reconstructStages, type Studio } from '../src/shared/studio-api.ts';
import { countOption } from './count-option.ts';
import { largePhoto, largeSize } from './large-photo.ts';
import { machine } from './machine.ts';
import { median } from './statistics.ts';

/**
 * `npm run bench:speed`: the studio's engine, in its thread as the page has it, with warm sessions. How long a
 * 12-megapixel photo takes until mask, mesh, texture and neural view are at the client; how many pictures of the neural
 * view a second, drafts and full ones, a client gets that asks for the next azimuth when it has the last. Writes
 * bench/SPEED.md.
 */
const { values } = parseArgs({
  options: {
    photo: {
      type: 'string',
      default: fileURLToPath(new URL('../resources/samples/car.png', import.meta.url)),
    },
    repeats: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '5' },
    out: { type: 'string', default: fileURLToPath(new URL('SPEED.md', import.meta.url)) },
  },
});
const repeats = countOption('repeats', values.repeats, 1);
const seconds = countOption('seconds', values.seconds, 1);

/** Milliseconds by stage, and `all` until everything that is shown has arrived. */
async function importOnce(studio: Studio, bytes: Uint8Array): Promise<Record<string, number>> {
  const clock = new StageClock();
  const begun = performance.now();
  const { document } = await studio.call(
    'photo.import',
    { name: 'photo.jpg', bytes },
    { onProgress: (progress) => clock.hear(progress) },
  );
  if (!document) throw new Error('the studio has no car after an import');
  const imported = performance.now() - begun;
  const { azimuthDeg, elevationDeg } = document.viewpoint;
  await Promise.all([
    ...assetsOf(document).map((hash) => studio.call('asset.get', { hash })),
    studio.call('neural.render', { azimuthDeg, elevationDeg }),
  ]);
  const stages = reconstructStages.map((stage) => [stage, clock.milliseconds(stage)]);
  return { ...Object.fromEntries(stages), import: imported, all: performance.now() - begun };
}

/** One line of the report. */
async function neuralRate(studio: Studio, detail: NeuralDetail): Promise<string> {
  const gaps: number[] = [];
  let side = 0;
  const begun = performance.now();
  for (let last = begun; last - begun < 1000 * seconds; ) {
    const azimuthDeg = (gaps.length * Math.SQRT2) % 360;
    side = (await studio.call('neural.render', { azimuthDeg, elevationDeg: 10, detail })).width;
    const now = performance.now();
    gaps.push(now - last);
    last = now;
  }
  const perSecond = (1000 * gaps.length) / (performance.now() - begun);
  return `${perSecond.toFixed(1)} pictures of ${side} x ${side} pixels a second over ${seconds} s; the longest wait for one was ${Math.max(...gaps).toFixed(0)} ms.`;
}

const host = machine();
const dataDir = await mkdtemp(join(tmpdir(), 'turnaround-speed-'));
const engine = await startEngine({ dataDir, modelsDir: defaultModelsDir(), provider: 'cpu' });
try {
  const studio = connectStudio(engine.connect());
  const bytes = await largePhoto(values.photo);
  await importOnce(studio, bytes);
  const runs: Record<string, number>[] = [];
  for (let i = 0; i < repeats; i++) runs.push(await importOnce(studio, bytes));
  const drafts = await neuralRate(studio, 'draft');
  const full = await neuralRate(studio, 'full');
  const names = Object.keys(runs[0] ?? {});
  const row = (label: string, of: (times: number[]) => number) =>
    `| ${label} | ${names.map((name) => of(runs.map((run) => run[name] ?? 0)).toFixed(0)).join(' | ')} |`;
  const text = `# Speed of the studio's engine

Made by \`npm run bench:speed -- --repeats ${repeats}\` on ${host}. Photo: ${basename(values.photo)} as a JPEG of ${largeSize.join(' x ')} (${(bytes.length / 1e6).toFixed(1)} MB); sessions warm, provider cpu.

## Photo to car, milliseconds
\`import\` is the call; \`all\` ends when the client also holds photo, mask, shape, texture and the neural view's picture.

| | ${names.join(' | ')} |
|---|${names.map(() => '---|').join('')}
${row('median', median)}
${row('slowest', (times) => Math.max(...times))}

## Neural view
Drafts, as the page asks for while the view turns: ${drafts}

Full pictures, as it asks for at rest: ${full}
`;
  await writeFile(values.out, text);
  console.log(text);
} finally {
  await engine.close();
  await rm(dataDir, { recursive: true, force: true });
}
