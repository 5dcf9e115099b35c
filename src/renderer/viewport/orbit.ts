import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useRef } from 'react';
import type { Viewpoint } from '../../shared/viewpoint.ts';
import { useDocument } from '../state/document.ts';
import { changeViewpoint, useView } from '../state/view.ts';
import { dollied, orbited, rolled, shifted } from '../state/view-math.ts';

const degreesPerPixel = 0.4;
const carLength = () => useDocument.getState().document?.car.lengthMetres ?? 4.5;

/** Dollies by a factor within the limits of the open car. */
function dolly(factor: number): void {
  changeViewpoint((v) => dollied(v, factor, carLength()));
}

/** What an arrow, +, -, [ or ] does to the viewpoint, or null for other keys. Fine steps in the photo view. */
export function keyStep(key: string, shift: boolean, fine: boolean): ((v: Viewpoint) => Viewpoint) | null {
  const degrees = (fine ? 0.5 : 3) * (shift ? 5 : 1);
  const zoom = 1 + (fine ? 0.01 : 0.05) * (shift ? 3 : 1);
  switch (key) {
    case 'ArrowLeft':
      return (v) => orbited(v, -degrees, 0);
    case 'ArrowRight':
      return (v) => orbited(v, degrees, 0);
    case 'ArrowUp':
      return (v) => orbited(v, 0, degrees);
    case 'ArrowDown':
      return (v) => orbited(v, 0, -degrees);
    case '+':
    case '=':
      return (v) => dollied(v, 1 / zoom, carLength());
    case '-':
    case '_':
      return (v) => dollied(v, zoom, carLength());
    case '[':
      return (v) => rolled(v, fine ? -0.5 : -1);
    case ']':
      return (v) => rolled(v, fine ? 0.5 : 1);
    default:
      return null;
  }
}

/** What Alt and an arrow do in the photo view: shift the car by half a percent of the crop. */
function shiftStep(key: string): ((v: Viewpoint) => Viewpoint) | null {
  const steps: Record<string, [number, number]> = {
    ArrowLeft: [-0.005, 0],
    ArrowRight: [0.005, 0],
    ArrowUp: [0, -0.005],
    ArrowDown: [0, 0.005],
  };
  const step = steps[key];
  return step ? (v) => shifted(v, ...step) : null;
}

/**
 * Pointer, wheel and keys of a pane that shows the shared viewpoint: dragging turns the camera, or in the photo view
 * shifts the car over the photo; the wheel changes the distance.
 */
export function useOrbit<T extends HTMLElement>(element: RefObject<T | null>) {
  const last = useRef<{ x: number; y: number } | null>(null);

  useEffect(() => {
    const target = element.current;
    if (!target) return undefined;
    const onWheel = (event: globalThis.WheelEvent) => {
      event.preventDefault();
      dolly(Math.exp(Math.max(-200, Math.min(200, event.deltaY)) * 0.001));
    };
    target.addEventListener('wheel', onWheel, { passive: false });
    return () => target.removeEventListener('wheel', onWheel);
  }, [element]);

  return {
    onPointerDown(event: PointerEvent<T>) {
      if (
        event.button !== 0 ||
        !(event.target instanceof Element) ||
        event.target.closest('button, fieldset')
      )
        return;
      event.currentTarget.setPointerCapture(event.pointerId);
      last.current = { x: event.clientX, y: event.clientY };
    },
    onPointerMove(event: PointerEvent<T>) {
      if (!last.current) return;
      const dx = event.clientX - last.current.x;
      const dy = event.clientY - last.current.y;
      last.current = { x: event.clientX, y: event.clientY };
      const { width, height } = event.currentTarget.getBoundingClientRect();
      const side = Math.min(width, height);
      if (useView.getState().photoView) changeViewpoint((v) => shifted(v, dx / side, dy / side));
      else changeViewpoint((v) => orbited(v, -dx * degreesPerPixel, dy * degreesPerPixel));
    },
    onPointerUp() {
      last.current = null;
    },
    onPointerCancel() {
      last.current = null;
    },
    onKeyDown(event: KeyboardEvent<T>) {
      if (event.target !== event.currentTarget || event.ctrlKey || event.metaKey) return;
      const { photoView } = useView.getState();
      const step = event.altKey
        ? photoView && shiftStep(event.key)
        : keyStep(event.key, event.shiftKey, photoView);
      if (!step) return;
      event.preventDefault();
      changeViewpoint(step);
    },
  };
}
