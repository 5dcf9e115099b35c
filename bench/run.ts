import type { z } from 'zod';
import type { Journal } from './journal.ts';

/** What an evaluation runs in. */
export interface Run {
  /** folder of evaluation pictures beside the checkout */
  shared: string;
  /** folder for what is written on the way */
  work: string;
  journal: Journal;
  /** whether this process shall measure a thing that is not in the journal */
  claim(name: string): Promise<boolean>;
  /** fires on Ctrl-C */
  signal: AbortSignal;
  say(text: string): void;
}

export interface Failure {
  name: string;
  reason: string;
}

/** What there is of a list of things to measure. */
export interface Measured<T> {
  results: T[];
  failures: Failure[];
}

/** Measures one thing after the other, each once over all runs and processes; what fails is listed with its reason. */
export async function measureAll<T>(
  { journal, claim, signal, say }: Run,
  schema: z.ZodType<T>,
  things: { name: string; measure(): Promise<T> }[],
  tell: (result: T) => string,
): Promise<Measured<T>> {
  const measured: Measured<T> = { results: [], failures: [] };
  const begun = performance.now();
  for (const [done, { name, measure }] of things.entries()) {
    signal.throwIfAborted();
    const known = journal.has(name);
    if (!known && !(await claim(name))) continue;
    const minutes = (performance.now() - begun) / 60_000;
    const place = `${done + 1}/${things.length}, ${minutes.toFixed(1)} min`;
    try {
      const result = await journal.once(name, schema, measure);
      measured.results.push(result);
      if (!known) say(`[${place}] ${name}: ${tell(result)}`);
    } catch (error) {
      signal.throwIfAborted();
      const reason = error instanceof Error ? error.message.trim() : String(error);
      measured.failures.push({ name, reason: reason.split('\n').at(-1) ?? '' });
      say(`[${place}] ${name}: failed: ${reason}`);
    }
  }
  return measured;
}
