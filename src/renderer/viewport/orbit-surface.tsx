import { type ReactNode, useRef } from 'react';
import { useSize } from '../ui/use-size.ts';
import { useOrbit } from './orbit.ts';

interface OrbitSurfaceProps {
  label: string;
  className: string;
  children(size: { width: number; height: number }): ReactNode;
}

/** A focusable area on which the shared viewpoint is turned by pointer, wheel and keys. */
export function OrbitSurface({ label, className, children }: OrbitSurfaceProps) {
  const surface = useRef<HTMLDivElement>(null);
  const orbit = useOrbit(surface);
  const size = useSize(surface);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: an application of its own: arrow keys turn the car, as dragging does
    <div {...orbit} ref={surface} className={className} role="application" tabIndex={0} aria-label={label}>
      {children(size)}
    </div>
  );
}
