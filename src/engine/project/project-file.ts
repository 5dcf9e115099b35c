import { strFromU8, strToU8, unzipSync, type Zippable, zipSync } from 'fflate';
import { z } from 'zod';
import { largestFileBytes } from '../../shared/bridge.ts';
import { assetsOf, documentSchema, documentVersion, type StudioDocument } from '../../shared/document.ts';
import { StudioError } from '../../shared/errors.ts';
import { hashOf } from './asset-store.ts';

/** A car as one file: a zip with document.json and assets/HASH for every asset that the document names. */
export interface ProjectFile {
  document: StudioDocument;
  assets: Map<string, Uint8Array>;
}

const projectLimits = {
  /** of the zip itself, bytes */
  maxFile: largestFileBytes,
  /** of document.json when unpacked, bytes */
  maxDocument: 2 ** 20,
  /** of one asset when unpacked, bytes */
  maxEntry: 256 * 2 ** 20,
  /** of all entries when unpacked, bytes */
  maxTotal: 512 * 2 ** 20,
  maxEntries: 64,
} as const;

const wrapperSchema = z.object({
  format: z.literal('turnaround-project'),
  version: z.literal(documentVersion),
  document: documentSchema,
});
const versionSchema = z.object({ format: z.literal('turnaround-project'), version: z.number() });

const documentEntry = 'document.json';
const assetEntry = (hash: string) => `assets/${hash}`;

export async function writeProjectFile(
  document: StudioDocument,
  get: (hash: string) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  const wrapper = { format: 'turnaround-project', version: documentVersion, document };
  const entries: Zippable = { [documentEntry]: strToU8(JSON.stringify(wrapper, null, 1)) };
  for (const hash of new Set(assetsOf(document))) {
    const bytes = await get(hash);
    entries[assetEntry(hash)] = [bytes, { level: isCompressed(bytes) ? 0 : 6 }];
  }
  return zipSync(entries, { mtime: new Date(1980, 0, 1) });
}

/**
 * Reads a project file and checks all of it: sizes before unpacking, the document's schema, every asset's hash.
 * Throws `project-corrupt`, `project-too-new` or `project-too-old`. `name` is only used in messages.
 */
export function readProjectFile(name: string, bytes: Uint8Array): ProjectFile {
  if (bytes.length > projectLimits.maxFile) throw corrupt(name, 'is larger than any project file can be');
  const entries = unpack(name, bytes);
  const document = readDocument(name, entries[documentEntry]);
  const assets = new Map<string, Uint8Array>();
  for (const hash of assetsOf(document)) {
    const asset = entries[assetEntry(hash)];
    if (!asset) throw corrupt(name, `lacks a part (${hash.slice(0, 12)})`);
    if (hashOf(asset) !== hash) throw corrupt(name, `has a damaged part (${hash.slice(0, 12)})`);
    assets.set(hash, asset);
  }
  return { document, assets };
}

function unpack(name: string, bytes: Uint8Array): Record<string, Uint8Array> {
  let [count, total] = [0, 0];
  const filter = (entry: { name: string; originalSize: number }) => {
    const isDocument = entry.name === documentEntry;
    if (!isDocument && !entry.name.startsWith('assets/')) return false;
    count++;
    total += entry.originalSize;
    const limit = isDocument ? projectLimits.maxDocument : projectLimits.maxEntry;
    if (entry.originalSize > limit || total > projectLimits.maxTotal || count > projectLimits.maxEntries) {
      throw corrupt(name, 'would unpack to more than a project holds');
    }
    return true;
  };
  try {
    return unzipSync(bytes, { filter });
  } catch (error) {
    if (error instanceof StudioError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw corrupt(name, `is no project file or is cut short (${reason})`, error);
  }
}

function readDocument(name: string, entry: Uint8Array | undefined): StudioDocument {
  if (!entry) throw corrupt(name, 'has no document inside');
  let json: unknown;
  try {
    json = JSON.parse(strFromU8(entry));
  } catch (error) {
    throw corrupt(name, 'has a document that is not JSON', error);
  }
  const { version = documentVersion } = versionSchema.safeParse(json).data ?? {};
  if (version > documentVersion) {
    throw new StudioError(
      'project-too-new',
      `${name} was saved by a newer Turnaround (format ${version}, this one reads ${documentVersion}).`,
      'Update Turnaround and open it again.',
    );
  }
  if (version < documentVersion) {
    throw new StudioError(
      'project-too-old',
      `${name} is of format ${version}, which this Turnaround can't read (it reads ${documentVersion}).`,
      'Open and save it with the Turnaround that made it, or make the car anew from its photo.',
    );
  }
  const parsed = wrapperSchema.safeParse(json);
  if (parsed.success) return parsed.data.document;
  throw corrupt(name, `has a document of another shape (${z.prettifyError(parsed.error).split('\n')[0]})`);
}

function corrupt(name: string, what: string, cause?: unknown): StudioError {
  return new StudioError(
    'project-corrupt',
    `${name} ${what}.`,
    'Use another copy of the file, or make the car anew from its photo.',
    { cause },
  );
}

/** PNG and JPEG gain nothing from being deflated again. */
function isCompressed(bytes: Uint8Array): boolean {
  return (bytes[0] === 0x89 && bytes[1] === 0x50) || (bytes[0] === 0xff && bytes[1] === 0xd8);
}
