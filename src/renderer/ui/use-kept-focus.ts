import { type RefObject, useEffect, useRef } from 'react';

/**
 * Takes the focus to the area (which needs tabIndex -1) when one of `content` changed and the control in it that had the
 * focus, or that a dialog would give it back to, is gone.
 */
export function useKeptFocus(area: RefObject<HTMLElement | null>, ...content: readonly unknown[]): void {
  const held = useRef(false);
  useEffect(() => {
    const note = ({ target }: FocusEvent) => {
      if (!(target instanceof Element) || target.closest('[role=dialog]')) return;
      held.current = area.current?.contains(target) === true;
    };
    document.addEventListener('focusin', note);
    return () => document.removeEventListener('focusin', note);
  }, [area]);
  useEffect(() => {
    if (held.current && document.activeElement === document.body) area.current?.focus();
  }, [area, ...content]);
}
