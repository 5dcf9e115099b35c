import { z } from 'zod';
import { StudioError } from '../../shared/errors.ts';

const arrayTypes = {
  F32: Float32Array,
  F64: Float64Array,
  I32: Int32Array,
  U32: Uint32Array,
  U8: Uint8Array,
} as const;

const tensorSchema = z.object({
  dtype: z.enum(['F32', 'F64', 'I32', 'U32', 'U8']),
  shape: z.array(z.number().int().min(0)),
  data_offsets: z.tuple([z.number().int().min(0), z.number().int().min(0)]),
});
const metadataSchema = z.record(z.string(), z.string());

export interface StoredTensor {
  shape: number[];
  data: Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;
}

export interface Safetensors {
  metadata: Record<string, string>;
  tensors: Map<string, StoredTensor>;
}

/**
 * Reads the safetensors format: u64 length of the header, header in JSON, data. Every size is checked against the file;
 * throws `model-failed` naming the file. `name` is only used in messages.
 */
export function parseSafetensors(bytes: Uint8Array, name: string): Safetensors {
  const broken = (what: string) =>
    new StudioError(
      'model-failed',
      `${name} is not a sound safetensors file: ${what}.`,
      'Install Turnaround again, or write the file anew with training/.',
    );
  if (bytes.length < 8) throw broken('it is shorter than its header');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerLength = Number(view.getBigUint64(0, true));
  const dataStart = 8 + headerLength;
  if (dataStart > bytes.length) throw broken('it is shorter than its header');
  let header: Record<string, unknown>;
  try {
    header = z
      .record(z.string(), z.unknown())
      .parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(8, dataStart))));
  } catch {
    throw broken('its header is not a JSON object');
  }
  const tensors = new Map<string, StoredTensor>();
  let metadata: Record<string, string> = {};
  for (const [key, value] of Object.entries(header)) {
    if (key === '__metadata__') {
      const parsed = metadataSchema.safeParse(value);
      if (!parsed.success) throw broken('its metadata are not texts');
      metadata = parsed.data;
      continue;
    }
    const parsed = tensorSchema.safeParse(value);
    if (!parsed.success) throw broken(`the entry of ${key} is not understood`);
    const { dtype, shape, data_offsets } = parsed.data;
    const [from, to] = data_offsets;
    const elements = shape.reduce((product, size) => product * size, 1);
    const arrayType = arrayTypes[dtype];
    if (to < from || dataStart + to > bytes.length) throw broken(`${key} reaches beyond its end`);
    if (to - from !== elements * arrayType.BYTES_PER_ELEMENT)
      throw broken(`${key} has another size than its shape`);
    tensors.set(key, {
      shape,
      data: new arrayType(new Uint8Array(bytes.subarray(dataStart + from, dataStart + to)).buffer),
    });
  }
  return { metadata, tensors };
}
