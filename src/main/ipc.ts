import { BrowserWindow, type IpcMainEvent, type IpcMainInvokeEvent, ipcMain } from 'electron';
import { z } from 'zod';
import { type BridgeAnswer, fileKindSchema } from '../shared/bridge.ts';
import { toErrorPayload } from '../shared/errors.ts';
import { ipcChannels } from '../shared/ipc-channels.ts';
import type { EngineProcess } from './engine-process.ts';
import { openFile, saveFile } from './files.ts';
import { isOwnPage } from './security.ts';

function senderWindow(event: IpcMainEvent | IpcMainInvokeEvent): BrowserWindow | null {
  return isOwnPage(event.senderFrame) ? BrowserWindow.fromWebContents(event.sender) : null;
}

/** Answers an invocation of our own page after validating its arguments, failures included; any other sender is refused. */
function handle<T extends z.ZodTuple>(
  channel: string,
  schema: T,
  answer: (window: BrowserWindow, args: z.output<T>) => Promise<unknown>,
): void {
  ipcMain.handle(channel, async (event, ...args: unknown[]): Promise<BridgeAnswer<unknown>> => {
    const window = senderWindow(event);
    if (!window) throw new Error(`${channel}: refused, the sender is not the studio's page`);
    const parsed = schema.safeParse(args);
    if (!parsed.success) throw new Error(`${channel}: refused, ${z.prettifyError(parsed.error)}`);
    try {
      return { kind: 'done', value: await answer(window, parsed.data) };
    } catch (error) {
      return { kind: 'failed', error: toErrorPayload(error) };
    }
  });
}

/** Everything that a page may ask of the main process. */
export function answerPages(engine: EngineProcess): void {
  handle(ipcChannels.openFile, z.tuple([fileKindSchema]), (window, [kind]) => openFile(window, kind));
  handle(
    ipcChannels.saveFile,
    z.tuple([z.string().min(1).max(255), z.instanceof(Uint8Array)]),
    (window, [name, bytes]) => saveFile(window, name, bytes),
  );
  ipcMain.on(ipcChannels.setTitle, (event, title: unknown) => {
    const parsed = z.string().max(300).safeParse(title);
    if (parsed.success) senderWindow(event)?.setTitle(parsed.data);
  });
  ipcMain.on(ipcChannels.requestPort, (event) => {
    if (senderWindow(event)) event.sender.postMessage(ipcChannels.port, null, [engine.openPort()]);
  });
}
