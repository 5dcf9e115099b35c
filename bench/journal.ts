import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';

const lineSchema = z.object({ key: z.string(), value: z.unknown() });

/** Results as they come, one JSON line each, so that a run that was interrupted goes on where it stopped. */
export class Journal {
  readonly #file: string;
  readonly #known: Map<string, unknown>;

  private constructor(file: string, known: Map<string, unknown>) {
    this.#file = file;
    this.#known = known;
  }

  /** Reads what an earlier run left; a last line that was cut short is dropped. `fresh` begins anew. */
  static async open(file: string, fresh = false): Promise<Journal> {
    await mkdir(dirname(file), { recursive: true });
    if (fresh) await rm(file, { force: true });
    const text = await readFile(file, 'utf8').catch(() => '');
    const known = new Map<string, unknown>();
    const whole = text.slice(0, text.lastIndexOf('\n') + 1);
    for (const line of whole.split('\n').slice(0, -1)) {
      const { key, value } = lineSchema.parse(JSON.parse(line));
      known.set(key, value);
    }
    if (whole.length < text.length) await writeFile(file, whole);
    return new Journal(file, known);
  }

  /** The stored result of this key, or that of `work`, stored. */
  async once<T>(key: string, schema: z.ZodType<T>, work: () => Promise<T>): Promise<T> {
    if (this.#known.has(key)) return schema.parse(this.#known.get(key));
    const value = await work();
    await appendFile(this.#file, `${JSON.stringify({ key, value })}\n`);
    this.#known.set(key, value);
    return value;
  }
}
