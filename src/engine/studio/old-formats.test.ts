import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { StudioBench, shown } from './test-bench.ts';

/**
 * Files that earlier formats left on users' disks, made by testRooms: a project, and the library's record of the same car.
 * They stay as they are when the format changes; what is read must then be migrated.
 */
const fixture = (name: string) => readFileSync(new URL(`../project/fixtures/${name}`, import.meta.url));
const project = { name: 'old.turnaround', bytes: new Uint8Array(fixture('version-1.turnaround')) };
const id = JSON.parse(fixture('version-1.car.json').toString()).history.steps[0].document.id as string;

const bench = new StudioBench();
const record = () => join(bench.folder, 'cars', id, 'car.json');

function putRecord(content: Uint8Array | string): void {
  mkdirSync(join(bench.folder, 'cars', id), { recursive: true });
  writeFileSync(record(), content);
}

test('a project of format 1 opens, can be worked on and is saved', async () => {
  const studio = await bench.open();
  const { document, unsaved } = await studio.call('project.open', project);
  expect(document).toMatchObject({
    id,
    name: 'Red of version 1',
    photo: { name: 'red.png', width: 320, height: 200, maskSource: 'segmenter' },
    viewpoint: { azimuthDeg: 42, distance: expect.closeTo(10.8) },
    car: { lengthMetres: 4.5 },
  });
  expect(unsaved).toBe(false);
  await studio.call('refine.start', { iterations: 1 });
  await studio.call('refine.accept', {});
  const { name, bytes } = await studio.call('project.save', {});
  const refined = await shown(studio);
  await studio.close();
  rmSync(bench.folder, { recursive: true });
  expect((await (await bench.open()).call('project.open', { name, bytes })).document).toEqual(refined);
});

test('a library of format 1 opens with its undo stack', async () => {
  const studio = await bench.open();
  await studio.call('project.open', project);
  await studio.close();
  putRecord(fixture('version-1.car.json'));
  const again = await bench.open();
  expect(await again.call('document.get', {})).toMatchObject({ undoLabel: 'Refine', document: { id } });
  expect(await again.call('document.undo', {})).toMatchObject({ undoLabel: 'Rename' });
  expect((await again.call('document.undo', {})).document?.name).toBe('red');
});

test("a project never overwrites a newer Turnaround's state of the same car", async () => {
  const newer = JSON.stringify({ version: 2, modified: 1, history: 'of another shape' });
  putRecord(newer);
  const studio = await bench.open();
  await expect(studio.call('library.open', { id })).rejects.toMatchObject({ code: 'project-too-new' });
  const { document } = await studio.call('project.open', project);
  expect(document?.name).toBe('Red of version 1');
  expect(document?.id).not.toBe(id);
  await studio.call('document.rename', { name: 'Mine' });
  expect(readFileSync(record(), 'utf8')).toBe(newer);
});
