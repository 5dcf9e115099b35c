import { StudioError } from '../../shared/errors.ts';

interface Reason {
  what: string;
  remedy: string;
}

const unreadable: Record<string, Reason> = {
  EACCES: { what: 'you may not read it', remedy: 'Allow reading it, or choose another file.' },
  EPERM: { what: 'you may not read it', remedy: 'Allow reading it, or choose another file.' },
  EISDIR: { what: 'it is a folder', remedy: 'Choose a file in it.' },
  EBUSY: { what: 'another program has it open', remedy: 'Close it there and try again.' },
  EIO: { what: 'the disk does not answer', remedy: 'Copy it from another place, or check the disk.' },
  ERR_FS_FILE_TOO_LARGE: { what: 'it is too large', remedy: 'Choose a smaller file.' },
};

const unwritable: Record<string, Reason> = {
  EACCES: { what: 'you may not write there', remedy: 'Choose another folder or allow writing there.' },
  EPERM: { what: 'you may not write there', remedy: 'Choose another folder or allow writing there.' },
  EROFS: { what: 'the disk is read-only', remedy: 'Choose another folder, on a disk that can be written.' },
  ENOENT: { what: 'its folder is not there', remedy: 'Choose another folder, or make that one first.' },
  ENOTDIR: { what: 'a file stands where its folder should be', remedy: 'Choose another folder.' },
  EEXIST: { what: 'a file stands where its folder should be', remedy: 'Choose another folder.' },
  EISDIR: { what: 'a folder has this name', remedy: 'Choose another name.' },
  EBUSY: { what: 'another program has it open', remedy: 'Close it there and try again.' },
  ENAMETOOLONG: { what: 'its name is too long', remedy: 'Choose a shorter name.' },
  EIO: { what: 'the disk does not answer', remedy: 'Choose another folder, or check the disk.' },
};

/** What a failed reading of a file that the user named means to a person: `file-not-found` or `file-not-readable`. */
export function readFailure(path: string, error: unknown): StudioError {
  const code = codeOf(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new StudioError(
      'file-not-found',
      `${path} can't be read: there is no such file.`,
      'Check its name and folder.',
      { cause: error },
    );
  }
  const { what, remedy } = unreadable[code] ?? { what: messageOf(error), remedy: 'Choose another file.' };
  return new StudioError('file-not-readable', `${path} can't be read: ${what}.`, remedy, { cause: error });
}

/** What a failed write means to a person: `disk-full` or `file-not-writable`. */
export function writeFailure(path: string, error: unknown): StudioError {
  const code = codeOf(error);
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new StudioError(
      'disk-full',
      `The disk is full: ${path} could not be written.`,
      'Free some space and try again; nothing was lost.',
      { cause: error },
    );
  }
  const { what, remedy } = unwritable[code] ?? {
    what: messageOf(error),
    remedy: 'Choose another folder or allow writing there.',
  };
  return new StudioError('file-not-writable', `${path} could not be written: ${what}.`, remedy, {
    cause: error,
  });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
