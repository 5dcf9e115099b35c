import { appendFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
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

  /**
   * Reads what earlier runs left in all journals of the file's folder, and goes on writing this one, whose last line is
   * dropped where it was cut short. Several processes may write, each its own.
   */
  static async open(file: string): Promise<Journal> {
    const folder = dirname(file);
    await mkdir(folder, { recursive: true });
    const known = new Map<string, unknown>();
    const files = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
    for (const path of files.map((name) => join(folder, name))) {
      const text = await readFile(path, 'utf8');
      const whole = text.slice(0, text.lastIndexOf('\n') + 1);
      for (const line of whole.split('\n').slice(0, -1)) {
        const { key, value } = lineSchema.parse(JSON.parse(line));
        known.set(key, value);
      }
      if (path === file && whole.length < text.length) await writeFile(path, whole);
    }
    return new Journal(file, known);
  }

  /** Forgets what earlier runs left in a folder. */
  static async forget(folder: string): Promise<void> {
    await rm(folder, { recursive: true, force: true });
  }

  has(key: string): boolean {
    return this.#known.has(key);
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
