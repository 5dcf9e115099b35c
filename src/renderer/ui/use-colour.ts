import { useEffect, useState } from 'react';
import { useTheme } from '../state/theme.ts';

/** The present value of a colour of the style sheet (`--accent` ...) as rgb(), for canvases; follows the theme. */
export function useColour(name: string): string {
  const theme = useTheme((state) => state.theme);
  const [colour, setColour] = useState('rgb(128, 128, 128)');
  useEffect(() => {
    const read = () => {
      const probe = document.createElement('span');
      probe.style.color = `var(${name})`;
      document.body.append(probe);
      setColour(getComputedStyle(probe).color);
      probe.remove();
    };
    if (theme !== undefined) read();
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', read);
    return () => system.removeEventListener('change', read);
  }, [name, theme]);
  return colour;
}
