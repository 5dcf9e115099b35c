import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StudioError } from '../../shared/errors.ts';

/** Reads a file of the models folder. Throws `model-missing`. */
export async function readModelFile(modelsDir: string, file: string): Promise<Uint8Array> {
  const path = join(modelsDir, file);
  return readFile(path).catch((cause: unknown) => {
    throw new StudioError(
      'model-missing',
      `The model file ${path} is not there.`,
      'Install Turnaround again, or fetch the file that manifest.json names.',
      { cause },
    );
  });
}

/** Reads a file that the manifest names. Throws `model-missing`, or `model-hash` if its content is another. */
export async function readCheckedFile(
  modelsDir: string,
  entry: { file: string; sha256: string },
): Promise<Uint8Array> {
  const bytes = await readModelFile(modelsDir, entry.file);
  const hash = createHash('sha256').update(bytes).digest('hex');
  if (hash === entry.sha256) return bytes;
  throw new StudioError(
    'model-hash',
    `The model file ${join(modelsDir, entry.file)} is not the one that manifest.json names (SHA-256 ${hash.slice(0, 12)}..., expected ${entry.sha256.slice(0, 12)}...).`,
    'Install Turnaround again, or update manifest.json if you replaced the model on purpose.',
  );
}
