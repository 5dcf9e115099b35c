import type { Dialog, FileFilter, Menu, MenuItemConstructorOptions, NativeTheme, Shell } from 'electron';

/** What specs answer to dialogs and read of what main did to the desktop. */
export const desktop = {
  openAnswer: [] as string[],
  /** what main let the user choose from in the last open dialog */
  openFilters: [] as FileFilter[],
  saveAnswer: '',
  /** the name that main proposed in the last save dialog */
  saveName: '',
  errorBoxes: [] as { title: string; content: string }[],
  externalUrls: [] as string[],
  dark: true,
  menu: [] as MenuItemConstructorOptions[],
};

export const dialog = {
  showOpenDialog: async (_window: unknown, options?: { filters?: FileFilter[] }) => {
    desktop.openFilters = options?.filters ?? [];
    return { canceled: desktop.openAnswer.length === 0, filePaths: desktop.openAnswer };
  },
  showSaveDialog: async (_window: unknown, options?: { defaultPath?: string }) => {
    desktop.saveName = options?.defaultPath ?? '';
    return { canceled: desktop.saveAnswer === '', filePath: desktop.saveAnswer };
  },
  showErrorBox: (title: string, content: string) => {
    desktop.errorBoxes.push({ title, content });
  },
} satisfies Pick<Dialog, 'showOpenDialog' | 'showSaveDialog' | 'showErrorBox'>;

export const shell: Pick<Shell, 'openExternal'> = {
  openExternal: async (url) => {
    desktop.externalUrls.push(url);
  },
};

export const nativeTheme: Pick<NativeTheme, 'shouldUseDarkColors'> = {
  get shouldUseDarkColors() {
    return desktop.dark;
  },
};

/** The template stands for the menu that Electron would build of it. */
export const menuDouble = {
  buildFromTemplate: (template: MenuItemConstructorOptions[]) => template as unknown as Menu,
  setApplicationMenu: (menu: Menu | null) => {
    desktop.menu = (menu ?? []) as unknown as MenuItemConstructorOptions[];
  },
} satisfies Pick<typeof Electron.Menu, 'buildFromTemplate' | 'setApplicationMenu'>;
