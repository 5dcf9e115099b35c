import { useEffect, useState } from 'react';
import { useTheme } from '../state/theme.ts';

function computed(name: string): string {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
}

/** The present value of a colour of the style sheet (`--accent` ...) as rgb(), for canvases; follows the theme. */
export function useColour(name: string): string {
  const [colour, setColour] = useState(() => computed(name));
  useEffect(() => {
    const read = () => setColour(computed(name));
    const stop = useTheme.subscribe(read);
    const system = matchMedia('(prefers-color-scheme: dark)');
    system.addEventListener('change', read);
    return () => {
      stop();
      system.removeEventListener('change', read);
    };
  }, [name]);
  return colour;
}
