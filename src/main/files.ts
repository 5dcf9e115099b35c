import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, extname } from 'node:path';
import { type BrowserWindow, dialog } from 'electron';
import { type FileKind, fileExtensions, type PickedFile } from '../shared/bridge.ts';

const titles: Record<FileKind, string> = { photo: 'New from photo', project: 'Open project' };

/** Lets the user choose a file and reads it; null if the dialog was cancelled. */
export async function openFile(window: BrowserWindow, kind: FileKind): Promise<PickedFile | null> {
  const { filePaths } = await dialog.showOpenDialog(window, {
    title: titles[kind],
    properties: ['openFile'],
    filters: [{ name: titles[kind], extensions: [...fileExtensions[kind]] }],
  });
  const [path] = filePaths;
  return path ? { name: basename(path), bytes: new Uint8Array(await readFile(path)) } : null;
}

/** Lets the user choose where to save, then swaps the whole file in; false if the dialog was cancelled. */
export async function saveFile(window: BrowserWindow, name: string, bytes: Uint8Array): Promise<boolean> {
  const { filePath } = await dialog.showSaveDialog(window, {
    defaultPath: basename(name),
    filters: [{ name, extensions: [extname(name).slice(1)] }],
  });
  if (!filePath) return false;
  const half = `${filePath}.${process.pid}.part`;
  try {
    await writeFile(half, bytes);
    await rename(half, filePath);
  } finally {
    await rm(half, { force: true });
  }
  return true;
}
