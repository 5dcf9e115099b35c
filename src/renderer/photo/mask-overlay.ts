/**
 * What the mask looks like over the photo: the rest darkened, and a line along the car's border.
 * @param mask grey RGBA picture, white = car
 * @param line [r, g, b] 0..255
 * @returns RGBA of the same size
 */
export function maskOverlay(
  mask: { width: number; height: number; data: Uint8ClampedArray },
  line: readonly [number, number, number],
): Uint8ClampedArray<ArrayBuffer> {
  const { width, height, data } = mask;
  const out = new Uint8ClampedArray(width * height * 4);
  const inside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && data[(y * width + x) * 4] >= 128;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      if (!inside(x, y)) {
        const nearCar = inside(x - 1, y) || inside(x + 1, y) || inside(x, y - 1) || inside(x, y + 1);
        if (nearCar) out.set([...line, 255], at);
        else out[at + 3] = 150;
      } else if (!inside(x - 1, y) || !inside(x + 1, y) || !inside(x, y - 1) || !inside(x, y + 1)) {
        out.set([...line, 255], at);
      }
    }
  }
  return out;
}

/** Components of a computed `rgb(r, g, b)`; grey when it is written otherwise. */
export function rgbOf(colour: string): [number, number, number] {
  const [r, g, b] = (colour.match(/[\d.]+/g) ?? []).map(Number);
  return r === undefined || g === undefined || b === undefined ? [128, 128, 128] : [r, g, b];
}

/** The largest rectangle of a picture's shape inside a pane, centred; CSS pixels. */
export function fitInside(
  picture: { width: number; height: number },
  pane: { width: number; height: number },
): { left: number; top: number; width: number; height: number } {
  const scale = Math.min(pane.width / picture.width, pane.height / picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  return { left: (pane.width - width) / 2, top: (pane.height - height) / 2, width, height };
}
