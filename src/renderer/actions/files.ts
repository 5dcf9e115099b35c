import type { FileKind } from '../../shared/bridge.ts';
import { fileExtensions } from '../../shared/bridge.ts';
import type { Params } from '../../shared/studio-api.ts';
import type { Host } from '../host.ts';
import { readFile } from '../read-file.ts';
import { studioOrThrow } from '../state/connection.ts';
import { useDocument } from '../state/document.ts';
import { tell, tellError } from '../state/notifications.ts';
import { showDocument } from './document.ts';
import { isRefused, taskUnderWay } from './obstacles.ts';
import { importPhoto } from './photo.ts';
import { inBackground, runActivity } from './run.ts';

/** A project by its extension; everything else is tried as a photo, and the engine says what is wrong with it. */
function fileKind(name: string): FileKind {
  const lower = name.toLowerCase();
  return fileExtensions.project.some((extension) => lower.endsWith(`.${extension}`)) ? 'project' : 'photo';
}

function openProject(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  return runActivity('Opening the project', false, async () => {
    showDocument(await studioOrThrow().call('project.open', { name, bytes }));
  });
}

/** Opens a file that was chosen, dropped or pasted. */
function openBytes(name: string, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  return fileKind(name) === 'project' ? openProject(name, bytes) : importPhoto(name, bytes);
}

/** The first file of a drop or a paste. */
export function openTransfer(transfer: DataTransfer | null): boolean {
  const [file] = transfer?.files ?? [];
  if (!file) return false;
  if (isRefused(taskUnderWay)) return true;
  inBackground(readFile(file).then(({ name, bytes }) => openBytes(name, bytes)));
  return true;
}

export async function openWithDialog(host: Host, kind: FileKind): Promise<void> {
  try {
    const file = await host.openFile(kind);
    if (file) await openBytes(file.name, file.bytes);
  } catch (error) {
    tellError(error);
  }
}

async function save<File extends { name: string; bytes: Uint8Array }>(
  host: Host,
  label: string,
  make: () => Promise<File>,
  saved: (file: File) => Promise<void> = async () => {},
): Promise<void> {
  if (!useDocument.getState().document) return;
  await runActivity(label, false, async () => {
    const file = await make();
    if (!(await host.saveFile(file.name, file.bytes))) return;
    await saved(file);
    tell(`Saved ${file.name}`);
  });
}

export function saveProject(host: Host): Promise<void> {
  const make = () => studioOrThrow().call('project.save', {});
  return save(host, 'Saving the project', make, async ({ id, hash }) => {
    showDocument(await studioOrThrow().call('project.noteSaved', { id, hash }));
  });
}

export function exportGlb(host: Host, light: Params<'export.glb'>['light']): Promise<void> {
  return save(host, 'Writing the GLB', () => studioOrThrow().call('export.glb', { light }));
}

export function exportPicture(host: Host, params: Params<'export.picture'>): Promise<void> {
  return save(host, 'Drawing the picture', () => studioOrThrow().call('export.picture', params));
}
