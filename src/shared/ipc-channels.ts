/** Electron IPC channels between the preload and the main process; the engine has ports of its own. */
export const ipcChannels = {
  requestPort: 'turnaround:request-port',
  port: 'turnaround:port',
  openFile: 'turnaround:open-file',
  saveFile: 'turnaround:save-file',
  setTitle: 'turnaround:set-title',
  menuCommand: 'turnaround:menu-command',
} as const;

/** The page's own origin in Electron: a standard, secure scheme instead of file://. */
export const pageScheme = 'turnaround';
export const pageOrigin = `${pageScheme}://studio`;
