import { create } from 'zustand';

export const themes = ['system', 'dark', 'light'] as const;
export type Theme = (typeof themes)[number];

const key = 'turnaround.theme';

function stored(): Theme {
  const value = globalThis.localStorage?.getItem(key);
  return themes.find((theme) => theme === value) ?? 'system';
}

export const useTheme = create<{ theme: Theme }>(() => ({ theme: stored() }));

/** Applies the theme to the page now and whenever it changes; the style sheet does the rest. */
export function applyTheme(root: HTMLElement): void {
  const apply = (theme: Theme) => {
    if (theme === 'system') delete root.dataset.theme;
    else root.dataset.theme = theme;
  };
  apply(useTheme.getState().theme);
  useTheme.subscribe(({ theme }) => {
    localStorage.setItem(key, theme);
    apply(theme);
  });
}
