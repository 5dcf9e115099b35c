import { strToU8, unzipSync, zipSync } from 'fflate';
import { expect, test } from 'vitest';
import { hashOf } from './asset-store.ts';
import { readProjectFile, writeProjectFile } from './project-file.ts';
import { testDocument } from './test-document.ts';

const contents = ['offsets', '\x89PNG picture', 'observed', 'background'].map((text) => strToU8(text, true));
const assets = new Map(contents.map((bytes) => [hashOf(bytes), bytes]));
const [offsets, texture, observed, background] = [...assets.keys()];
const document = testDocument({ offsets, texture, observed, background });

async function get(hash: string): Promise<Uint8Array> {
  const bytes = assets.get(hash);
  if (!bytes) throw new Error(`no asset ${hash}`);
  return bytes;
}
const write = () => writeProjectFile(document, get);
const failure = (bytes: Uint8Array) => {
  try {
    readProjectFile('car.turnaround', bytes);
  } catch (error) {
    return error;
  }
  return null;
};

async function altered(change: (entries: Record<string, Uint8Array>) => void): Promise<Uint8Array> {
  const entries = unzipSync(await write());
  change(entries);
  return zipSync(entries);
}

const withEntry = (name: string, text: string) =>
  altered((entries) => {
    entries[name] = strToU8(text);
  });

test('a written project is read back whole, and the same car gives the same bytes', async () => {
  const bytes = await write();
  expect(readProjectFile('car.turnaround', bytes)).toEqual({ document, assets });
  expect(await write()).toEqual(bytes);
});

test.each<[string, () => Promise<Uint8Array>, RegExp]>([
  ['no zip', async () => strToU8('hello'), /no project file or is cut short/],
  ['empty', async () => new Uint8Array(), /no project file or is cut short/],
  ['cut short', async () => (await write()).slice(0, 300), /no project file or is cut short/],
  ['no document', () => altered((entries) => void delete entries['document.json']), /has no document/],
  ['a document that is not JSON', () => withEntry('document.json', '{'), /not JSON/],
  ['a document of another shape', () => withEntry('document.json', '{"a":1}'), /another shape/],
  ['a missing asset', () => altered((entries) => void delete entries[`assets/${texture}`]), /lacks a part/],
  ['a changed asset', () => withEntry(`assets/${texture}`, 'other'), /damaged part/],
  ['a flipped bit', flippedBit, /damaged part|cut short/],
  ['a zip bomb', zipBomb, /more than a project holds/],
])('%s is corrupt', async (_what, make, message) => {
  expect(failure(await make())).toMatchObject({
    code: 'project-corrupt',
    message: expect.stringMatching(message),
  });
});

test('a newer format is told from a corrupt one', async () => {
  const newer = JSON.stringify({ format: 'turnaround-project', version: 9, new: 1 });
  const bytes = await withEntry('document.json', newer);
  expect(failure(bytes)).toMatchObject({
    code: 'project-too-new',
    remedy: expect.stringContaining('Update'),
  });
});

test.each([0, -1, 0.5])('a format that was never one (%s) is told from a corrupt file', async (version) => {
  const bytes = await withEntry('document.json', JSON.stringify({ format: 'turnaround-project', version }));
  expect(failure(bytes)).toMatchObject({
    code: 'project-too-old',
    message: expect.stringContaining(`format ${version}`),
  });
});

async function flippedBit(): Promise<Uint8Array> {
  const bytes = await write();
  bytes[Buffer.from(bytes).indexOf('picture')] ^= 1;
  return bytes;
}

/** The project with the unpacked sizes in its central directory set to 1 GB. */
async function zipBomb(): Promise<Uint8Array> {
  const bytes = Buffer.from(await write());
  for (let at = bytes.indexOf('PK\x01\x02'); at >= 0; at = bytes.indexOf('PK\x01\x02', at + 4)) {
    bytes.writeUInt32LE(2 ** 30, at + 24);
  }
  return new Uint8Array(bytes);
}
