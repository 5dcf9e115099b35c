/** Every way in which the studio fails on purpose. A code never changes its meaning; the page and the CLI branch on it. */
export const errorCodes = [
  'cancelled',
  'invalid-parameters',
  'photo-empty',
  'photo-not-a-picture',
  'photo-truncated',
  'photo-too-large',
  'photo-too-small',
  'photo-unsupported',
  'mask-size',
  'no-car',
  'no-photo',
  'no-document',
  'no-proposal',
  'busy',
  'file-not-found',
  'file-not-readable',
  'file-not-writable',
  'project-corrupt',
  'project-too-new',
  'project-too-old',
  'library-in-use',
  'model-missing',
  'model-hash',
  'model-failed',
  'model-not-finite',
  'provider-unavailable',
  'asset-missing',
  'disk-full',
  'worker-lost',
  'connection-lost',
  'internal',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** A failure told to a person: `message` says what is wrong, `remedy` what to do about it (one sentence each). */
export class StudioError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;

  constructor(code: ErrorCode, message: string, remedy: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StudioError';
    this.code = code;
    this.remedy = remedy;
  }
}

/** The form in which an error crosses a port. */
export interface ErrorPayload {
  code: ErrorCode;
  message: string;
  remedy: string;
}

/** The user, or a newer request, ended the task. */
export function cancelled(): StudioError {
  return new StudioError('cancelled', 'The task was cancelled.', 'Start it again when you need it.');
}

/** Throws `cancelled` if the signal has fired. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw cancelled();
}

/** Any thrown value as something that can be shown; what was not foreseen becomes `internal` and keeps its message. */
export function toErrorPayload(error: unknown): ErrorPayload {
  if (error instanceof StudioError) return { code: error.code, message: error.message, remedy: error.remedy };
  if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') {
    return {
      code: 'disk-full',
      message: 'The disk is full.',
      remedy: 'Free some space and try again; nothing was lost.',
    };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'internal',
    message: `Something went wrong inside Turnaround: ${message}`,
    remedy: 'Try again; if it happens again, report it with the log.',
  };
}

export function fromErrorPayload(payload: ErrorPayload): StudioError {
  return new StudioError(payload.code, payload.message, payload.remedy);
}
