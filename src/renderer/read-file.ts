import { fileTooLarge, largestFileBytes, type PickedFile } from '../shared/bridge.ts';
import { StudioError } from '../shared/errors.ts';

/** Reads a file that was chosen, dropped or pasted. Throws `file-not-readable`: a folder, or larger than any photo or project. */
export async function readFile(file: File): Promise<PickedFile> {
  const name = file.name || 'Pasted photo.png';
  if (file.size > largestFileBytes) throw fileTooLarge(name, file.size);
  const buffer = await file.arrayBuffer().catch((cause: unknown) => {
    throw new StudioError(
      'file-not-readable',
      `${name} can't be read.`,
      'Choose a photo or a project; a folder can not be opened.',
      { cause },
    );
  });
  return { name, bytes: new Uint8Array(buffer) };
}
