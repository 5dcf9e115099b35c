import type { Picture } from '../../shared/studio-api.ts';
import type { Reframing } from '../state/view-math.ts';
import { squareOf } from '../viewport/camera.ts';

/** Mean colour of the picture's border, which fills the pane beside the picture. */
export function borderColour({ width, height, rgba }: Picture): string {
  const sum = [0, 0, 0];
  let count = 0;
  const add = (x: number, y: number) => {
    for (let k = 0; k < 3; k++) sum[k] += rgba[(y * width + x) * 4 + k];
    count++;
  };
  for (let x = 0; x < width; x++) {
    add(x, 0);
    add(x, height - 1);
  }
  for (let y = 0; y < height; y++) {
    add(0, y);
    add(width - 1, y);
  }
  return `rgb(${sum.map((value) => Math.round(value / count)).join(' ')})`;
}

/** Draws the generator's picture into a canvas, reframed about the middle of the canvas's largest square. */
export function drawPicture(
  context: CanvasRenderingContext2D,
  source: CanvasImageSource,
  beside: string,
  { scale, rotation, dx, dy }: Reframing,
): void {
  const { width, height } = context.canvas;
  const { size } = squareOf(width, height);
  context.setTransform(1, 0, 0, 1, 0, 0);
  context.fillStyle = beside;
  context.fillRect(0, 0, width, height);
  context.translate(width / 2 + dx * size, height / 2 + dy * size);
  context.rotate(rotation);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = 'high';
  const side = scale * size;
  context.drawImage(source, -side / 2, -side / 2, side, side);
}
