import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { evaluatePhotos } from './evaluate-photos.ts';
import { evaluateTurntable } from './evaluate-turntable.ts';
import { report } from './report.ts';

/** `npm run evaluate -- --shared ../shared`: real photos through the command line; writes bench/RESULTS.md. */
const { values } = parseArgs({
  options: {
    shared: { type: 'string', default: '../shared' },
    photos: { type: 'string', default: '120' },
    cars: { type: 'string', default: '12' },
    out: { type: 'string', default: fileURLToPath(new URL('RESULTS.md', import.meta.url)) },
  },
});

const work = await mkdtemp(join(tmpdir(), 'turnaround-evaluate-'));
try {
  const say = (text: string) => console.error(text);
  const photos = await evaluatePhotos(values.shared, work, Number(values.photos), say);
  const turntable = await evaluateTurntable(values.shared, work, Number(values.cars), say);
  const models = await readFile(fileURLToPath(new URL('../models/manifest.json', import.meta.url)), 'utf8');
  const text = report({
    command: `npm run evaluate -- --shared ../shared --photos ${values.photos} --cars ${values.cars}`,
    machine: `${cpus().length} x ${cpus()[0]?.model.trim()}, Node ${process.version}`,
    manifest: models,
    photos,
    turntable,
  });
  await writeFile(values.out, text);
  console.log(text);
} finally {
  await rm(work, { recursive: true, force: true });
}
