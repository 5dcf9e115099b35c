import type { FileKind, MenuCommand, PickedFile } from '../shared/bridge.ts';
import type { Studio } from '../shared/studio-api.ts';

/** Everything that differs between Electron and the browser; given to the page once, at its root. */
export interface Host {
  /** A fresh connection to the engine. `onLost` is called once when it ends for any reason. */
  connect(onLost: () => void): Promise<Studio>;
  /** The file that the user chose, or null. */
  openFile(kind: FileKind): Promise<PickedFile | null>;
  /** False when the user cancelled. */
  saveFile(name: string, bytes: Uint8Array): Promise<boolean>;
  setTitle(title: string): void;
  /** Returns its own unsubscribe. */
  onMenuCommand(listener: (command: MenuCommand) => void): () => void;
}
