/** Stands for the `electron` module in specs (vitest.config.ts maps it here); each part is checked against electron.d.ts. */
export { appDouble as app } from './app.ts';
export { BrowserWindowDouble as BrowserWindow } from './browser-window.ts';
export { dialog, menuDouble as Menu, nativeTheme, shell } from './desktop.ts';
export { ipcMain } from './ipc-main.ts';
export { MessageChannelDouble as MessageChannelMain } from './ports.ts';
export { protocol, session } from './session.ts';
export { utilityProcess } from './utility-process.ts';
