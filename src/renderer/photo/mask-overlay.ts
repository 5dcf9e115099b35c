/**
 * What the mask looks like over the photo: the rest darkened, and a line inside the car's border.
 * @param mask grey RGBA picture, white = car
 * @param line [r, g, b] 0..255
 * @param lineWidth pixels
 * @param shade how dark the rest is, 0..255
 * @returns RGBA of the same size
 */
export function maskOverlay(
  mask: { width: number; height: number; data: Uint8ClampedArray },
  line: readonly [number, number, number],
  lineWidth: number,
  shade: number,
): Uint8ClampedArray<ArrayBuffer> {
  const { width, height, data } = mask;
  const out = new Uint8ClampedArray(width * height * 4);
  const outside = (x: number, y: number) =>
    x >= 0 && y >= 0 && x < width && y < height && data[(y * width + x) * 4] < 128;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 4;
      if (outside(x, y)) {
        out[at + 3] = shade;
        continue;
      }
      for (let r = 1; r <= lineWidth; r++) {
        if (outside(x - r, y) || outside(x + r, y) || outside(x, y - r) || outside(x, y + r)) {
          out.set([...line, 255], at);
          break;
        }
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
