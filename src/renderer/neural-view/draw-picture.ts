import type { Reframing } from '../state/view-math.ts';
import { squareOf } from '../viewport/camera.ts';

/** One of nine parts of the plane around a picture: source rectangle and target rectangle [x, y, width, height]. */
export interface Patch {
  source: [number, number, number, number];
  target: [number, number, number, number];
}

/** Texels of the picture's border that are stretched outwards. */
const border = 2;

/**
 * The picture in the middle and its borders stretched outwards to `reach`, so that sky and ground go on beside it.
 * @param size side of the source, pixels
 * @param side side of the picture as drawn, centred on the origin
 * @param reach how far from the origin to fill
 */
export function extendedPatches(size: number, side: number, reach: number): Patch[] {
  const half = side / 2;
  const inner: Patch = { source: [0, 0, size, size], target: [-half, -half, side, side] };
  const rest = reach - half;
  if (rest <= 0) return [inner];
  const bands = [
    { from: 0, length: border, at: -reach, extent: rest },
    { from: 0, length: size, at: -half, extent: side },
    { from: size - border, length: border, at: half, extent: rest },
  ];
  const around = bands.flatMap((row, r) =>
    bands.flatMap((column, c): Patch[] =>
      r === 1 && c === 1
        ? []
        : [
            {
              source: [column.from, row.from, column.length, row.length],
              target: [column.at, row.at, column.extent, row.extent],
            },
          ],
    ),
  );
  return [...around, inner];
}

/** Draws the generator's picture into a canvas, reframed about the middle of the canvas's largest square. */
export function drawPicture(
  context: CanvasRenderingContext2D,
  source: HTMLCanvasElement,
  { scale, rotation, dx, dy }: Reframing,
): void {
  const { width, height } = context.canvas;
  const { size } = squareOf(width, height);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.translate(width / 2 + dx * size, height / 2 + dy * size);
  context.rotate(rotation);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  const reach = Math.hypot(width, height) * (0.5 + Math.hypot(dx, dy));
  for (const { source: from, target: to } of extendedPatches(source.width, scale * size, reach))
    context.drawImage(source, ...from, ...to);
}
