import { z } from 'zod';
import { type ErrorPayload, StudioError } from './errors.ts';

/** Commands that a host's own menu can send to the page; the page's keyboard and menus run the same ones. */
const menuCommands = [
  'new-from-photo',
  'open-project',
  'save-project',
  'export-glb',
  'export-picture',
  'undo',
  'redo',
  'refine',
  'flip',
  'toggle-guessed',
  'photo-view',
  'view-all',
  'view-mesh',
  'view-neural',
  'view-photo',
  'shortcuts',
] as const;
export const menuCommandSchema = z.enum(menuCommands);
export type MenuCommand = (typeof menuCommands)[number];

/** What a file dialog offers. */
const fileKinds = ['photo', 'project'] as const;
export const fileKindSchema = z.enum(fileKinds);
export type FileKind = (typeof fileKinds)[number];

/** Extensions, without the dot, that each kind of file may have. */
export const fileExtensions: Record<FileKind, readonly string[]> = {
  photo: ['jpg', 'jpeg', 'png', 'webp', 'avif', 'tif', 'tiff', 'heic', 'heif'],
  project: ['turnaround'],
};

/** Neither photos nor projects are larger; more is not read into memory. */
export const largestFileBytes = 512 * 2 ** 20;

/** What a file larger than that is told to be. */
export function fileTooLarge(name: string, bytes: number): StudioError {
  return new StudioError(
    'file-not-readable',
    `${name} has ${Math.round(bytes / 2 ** 20)} MB, more than any photo or project.`,
    'Choose another file.',
  );
}

/** A file that the user gave, read. */
export interface PickedFile {
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
}

/** `data` of the window message that brings the engine's MessagePort (`ports[0]`) from the preload to the page. */
export const portMessage = 'turnaround:port';

/** Name under which the preload puts the bridge on `window`. */
export const bridgeName = 'turnaround';

/** An answer of the main process. Electron passes on nothing but the message of an error, so errors are values here. */
export type BridgeAnswer<T> = { kind: 'done'; value: T } | { kind: 'failed'; error: ErrorPayload };

/**
 * All that the page can ask of Electron. A MessagePort can't pass the context bridge: after `requestPort` it comes as
 * a window message `portMessage` from the page's own origin, once for every request.
 */
export interface TurnaroundBridge {
  requestPort(): void;
  /** The file that the user chose, or null. */
  openFile(kind: FileKind): Promise<BridgeAnswer<PickedFile | null>>;
  /** False when the user cancelled. */
  saveFile(name: string, bytes: Uint8Array): Promise<BridgeAnswer<boolean>>;
  setTitle(title: string): void;
  /** Returns its own unsubscribe. */
  onMenuCommand(listener: (command: MenuCommand) => void): () => void;
}
