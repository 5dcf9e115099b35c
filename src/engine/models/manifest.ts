import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { StudioError } from '../../shared/errors.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
/** a file name inside the models folder; nothing outside it */
const file = z
  .string()
  .min(1)
  .regex(/^(?!\/)(?!.*\.\.)[^\\:]+$/);

const tensorSchema = z.object({
  name: z.string(),
  /** sizes, or names of sizes that may vary */
  shape: z.array(z.union([z.number().int().positive(), z.string()])),
  type: z.string(),
  /** what the values mean and how large they get */
  range: z.union([z.string(), z.array(z.number())]),
});

const modelSchema = z.object({
  file,
  sha256,
  purpose: z.string(),
  inputs: z.array(tensorSchema).min(1),
  outputs: z.array(tensorSchema).min(1),
  training_data: z.union([z.string(), z.array(z.string())]),
  credits: z.array(z.string()),
  licence: z.string(),
  metrics: z.array(
    z.object({ name: z.string(), value: z.union([z.number(), z.string()]), command: z.string() }),
  ),
  /** a stored input and output of the model, and the largest absolute difference that counts as the same */
  parity: z.object({ file, tolerance: z.number().positive() }),
});

const manifestSchema = z.object({
  version: z.literal(1),
  template: z.object({ file, sha256 }),
  models: z.record(z.string(), modelSchema),
});

export type Manifest = z.infer<typeof manifestSchema>;
export type ModelEntry = z.infer<typeof modelSchema>;

/** Reads and checks models/manifest.json. Throws `model-missing` or `model-failed`. */
export async function readManifest(modelsDir: string): Promise<Manifest> {
  const path = join(modelsDir, 'manifest.json');
  const remedy = 'Point Turnaround at a folder with a valid manifest.json, or install it again.';
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new StudioError('model-missing', `There is no ${path}.`, remedy, { cause });
  });
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    throw new StudioError('model-failed', `${path} is not JSON.`, remedy, { cause });
  }
  const parsed = manifestSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new StudioError(
    'model-failed',
    `${path} is not a manifest of models: ${z.prettifyError(parsed.error)}`,
    remedy,
  );
}
