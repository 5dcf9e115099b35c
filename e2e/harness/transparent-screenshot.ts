import type { Locator } from 'playwright-core';
import sharp from 'sharp';

/** A picture with what lies behind it taken away. */
export interface CutOut {
  width: number;
  height: number;
  /** [height, width, 4] sRGB, not premultiplied, 0..255 */
  rgba: Float32Array;
}

async function over(of: Locator, background: string): Promise<Uint8Array> {
  const style = `*, *::before, *::after { background: ${background} !important; box-shadow: none !important }`;
  // the page's policy forbids the style element that Playwright would add
  const sheet = await of.page().evaluateHandle((text) => {
    const added = new CSSStyleSheet();
    added.replaceSync(text);
    document.adoptedStyleSheets.push(added);
    return added;
  }, style);
  const png = await of.screenshot({ animations: 'disabled' });
  await of.page().evaluate((added) => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((kept) => kept !== added);
  }, sheet);
  return sharp(png).removeAlpha().raw().toBuffer();
}

/** What an element draws, cut out of its surroundings: seen over black and over white, the difference is its transparency. */
export async function cutOut(of: Locator): Promise<CutOut> {
  const box = await of.boundingBox();
  if (!box) throw new Error('cutOut: the element is not in sight');
  const [width, height] = [Math.round(box.width), Math.round(box.height)];
  const [black, white] = [await over(of, '#000'), await over(of, '#fff')];
  if (black.length !== width * height * 3)
    throw new Error('cutOut: the element does not lie on whole pixels');
  const rgba = new Float32Array(width * height * 4);
  for (let p = 0; p < width * height; p++) {
    const at = (bytes: Uint8Array, k: number) => bytes[3 * p + k] ?? 0;
    const through =
      (at(white, 0) - at(black, 0) + at(white, 1) - at(black, 1) + at(white, 2) - at(black, 2)) / 3;
    const alpha = 255 - through;
    rgba[4 * p + 3] = alpha;
    for (let k = 0; k < 3; k++) rgba[4 * p + k] = alpha > 0 ? (at(black, k) * 255) / alpha : 0;
  }
  return { width, height, rgba };
}

/** Intersection over union of what is more opaque than half, and the mean absolute difference of colour (0..1) where both are. */
export function compare(a: CutOut, b: CutOut): { iou: number; difference: number } {
  if (a.width !== b.width || a.height !== b.height) throw new Error('compare: pictures of two sizes');
  let [both, either, sum] = [0, 0, 0];
  for (let i = 0; i < a.rgba.length; i += 4) {
    const [inA, inB] = [(a.rgba[i + 3] ?? 0) >= 127.5, (b.rgba[i + 3] ?? 0) >= 127.5];
    if (inA || inB) either++;
    if (!inA || !inB) continue;
    both++;
    for (let k = 0; k < 3; k++) sum += Math.abs((a.rgba[i + k] ?? 0) - (b.rgba[i + k] ?? 0)) / 255 / 3;
  }
  return { iou: both / either, difference: sum / both };
}
