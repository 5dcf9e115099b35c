import { create } from 'zustand';

export type DialogName = 'shortcuts' | 'export-picture' | 'engine';

export const useDialogs = create<{ open: DialogName | null }>(() => ({ open: null }));

export function openDialog(name: DialogName): void {
  useDialogs.setState({ open: name });
}

export function closeDialog(): void {
  useDialogs.setState({ open: null });
}
