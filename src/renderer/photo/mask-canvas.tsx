import { type CSSProperties, useEffect, useRef } from 'react';
import { assets, decodePicture } from '../actions/shown-car.ts';
import { tellError } from '../state/notifications.ts';
import { useColour } from '../ui/use-colour.ts';
import { maskOverlay, rgbOf } from './mask-overlay.ts';

const overlayPixels = 900;

/** Draws the overlay of a mask; `isStale` is asked after the waiting, so that an older call never wins. */
async function drawMask(
  canvas: HTMLCanvasElement,
  hash: string,
  look: { colour: string; shade: number },
  isStale: () => boolean,
): Promise<void> {
  const mask = await decodePicture(await assets.get(hash));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (isStale() || !context) return mask.close();
  const scale = Math.min(1, overlayPixels / Math.max(mask.width, mask.height));
  canvas.width = Math.max(1, Math.round(mask.width * scale));
  canvas.height = Math.max(1, Math.round(mask.height * scale));
  context.drawImage(mask, 0, 0, canvas.width, canvas.height);
  mask.close();
  const picture = context.getImageData(0, 0, canvas.width, canvas.height);
  const lineWidth = Math.max(1, Math.round(Math.max(canvas.width, canvas.height) / 400));
  const overlay = maskOverlay(picture, rgbOf(look.colour), lineWidth, look.shade);
  context.putImageData(new ImageData(overlay, canvas.width, canvas.height), 0, 0);
}

interface MaskCanvasProps {
  /** asset of the mask */
  hash: string;
  /** how dark everything but the car is, 0..255 */
  shade: number;
  label: string;
  className?: string | undefined;
  style?: CSSProperties;
}

/** The outline of a mask, with what lies outside darkened; as large as its style says. */
export function MaskCanvas({ hash, shade, label, className, style }: MaskCanvasProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colour = useColour('--mask-line');
  useEffect(() => {
    let stale = false;
    if (canvas.current) drawMask(canvas.current, hash, { colour, shade }, () => stale).catch(tellError);
    return () => {
      stale = true;
    };
  }, [hash, colour, shade]);
  return <canvas ref={canvas} role="img" aria-label={label} className={className} style={style} />;
}
