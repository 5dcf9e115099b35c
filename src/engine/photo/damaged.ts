import { StudioError } from '../../shared/errors.ts';

/** The file's signature was right, so what can't be read is missing or broken. */
export function damagedPhoto(name: string, cause: unknown): StudioError {
  const detail = cause instanceof Error ? cause.message.split('\n')[0] : String(cause);
  return new StudioError(
    'photo-truncated',
    `${name} is cut short or damaged (${detail}).`,
    'Copy it again from where it came.',
    { cause },
  );
}
