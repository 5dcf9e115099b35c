import { contextBridge, type IpcRendererEvent, ipcRenderer } from 'electron';
import { bridgeName, menuCommandSchema, portMessage, type TurnaroundBridge } from '../shared/bridge.ts';
import { ipcChannels } from '../shared/ipc-channels.ts';

const bridge: TurnaroundBridge = {
  requestPort: () => ipcRenderer.send(ipcChannels.requestPort),
  openFile: (kind) => ipcRenderer.invoke(ipcChannels.openFile, kind),
  saveFile: (name, bytes) => ipcRenderer.invoke(ipcChannels.saveFile, name, bytes),
  setTitle: (title) => ipcRenderer.send(ipcChannels.setTitle, title),
  onMenuCommand: (listener) => {
    const hear = (_event: IpcRendererEvent, command: unknown) => listener(menuCommandSchema.parse(command));
    ipcRenderer.on(ipcChannels.menuCommand, hear);
    return () => ipcRenderer.removeListener(ipcChannels.menuCommand, hear);
  },
};

ipcRenderer.on(ipcChannels.port, (event) => {
  window.postMessage(portMessage, window.location.origin, [...event.ports]);
});

contextBridge.exposeInMainWorld(bridgeName, bridge);
