import type { Failure } from './run.ts';

export type Cells = (string | number)[];

/** A Markdown table. */
export function table(head: string[], rows: Cells[]): string {
  const line = (cells: Cells) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

export function failureLines(failures: Failure[]): string {
  if (failures.length === 0) return 'No picture failed.';
  return `Failed: ${failures.length}\n\n${failures.map((f) => `- ${f.name}: ${f.reason}`).join('\n')}`;
}

/** The open results, those held back where there are any, and all of them. */
export function parts<T>(results: T[], isOpen: (result: T) => boolean): [string, T[]][] {
  const held = results.filter((result) => !isOpen(result));
  const whole: [string, T[]][] = [['all', results]];
  if (held.length === 0) return whole;
  return [['open', results.filter(isOpen)], ['held back', held], ...whole];
}
