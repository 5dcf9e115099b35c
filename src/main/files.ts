import { readFile, stat } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { type BrowserWindow, dialog } from 'electron';
import { writeDurably, writeInFolder } from '../engine/project/atomic-write.ts';
import { readFailure } from '../engine/project/file-errors.ts';
import {
  type FileKind,
  fileExtensions,
  fileTooLarge,
  largestFileBytes,
  type PickedFile,
} from '../shared/bridge.ts';
import { StudioError } from '../shared/errors.ts';

const titles: Record<FileKind, string> = { photo: 'New from photo', project: 'Open project' };

/**
 * Lets the user choose a file and reads it; null if the dialog was cancelled. Throws `file-not-found` or
 * `file-not-readable`.
 */
export async function openFile(window: BrowserWindow, kind: FileKind): Promise<PickedFile | null> {
  const { filePaths } = await dialog.showOpenDialog(window, {
    title: titles[kind],
    properties: ['openFile'],
    filters: [{ name: titles[kind], extensions: [...fileExtensions[kind]] }],
  });
  const [path] = filePaths;
  if (!path) return null;
  return { name: basename(path), bytes: await read(path) };
}

async function read(path: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const { size } = await stat(path);
    if (size > largestFileBytes) throw fileTooLarge(path, size);
    return new Uint8Array(await readFile(path));
  } catch (error) {
    throw error instanceof StudioError ? error : readFailure(path, error);
  }
}

/**
 * Lets the user choose where to save, then swaps the whole file in; false if the dialog was cancelled. Throws `disk-full` or
 * `file-not-writable`; what stood there stays then.
 */
export async function saveFile(window: BrowserWindow, name: string, bytes: Uint8Array): Promise<boolean> {
  const { filePath } = await dialog.showSaveDialog(window, {
    defaultPath: basename(name),
    filters: [{ name, extensions: [extname(name).slice(1)] }],
  });
  if (!filePath) return false;
  await writeInFolder(filePath, bytes, writeDurably);
  return true;
}
