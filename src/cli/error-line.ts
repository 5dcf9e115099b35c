import { toErrorPayload } from '../shared/errors.ts';

/** One line for stderr: what was worked on, what is wrong and what to do. */
export function errorLine(subject: string, error: unknown): string {
  const { message, remedy } = toErrorPayload(error);
  const told = message.startsWith(subject) ? message : `${subject}: ${message}`;
  return `turnaround: ${told} ${remedy}`.replace(/\s+/g, ' ');
}
