import type { ColourCrop, MaskCrop } from './target.ts';

/**
 * 1 - sum min(a, m) / sum max(a, m) over valid pixels, for a drawn mask a and a target m. For a target of zeros and ones it
 * is the loss of DIB-R, 1 - sum(a m) / sum(a + m - a m); for soft targets it is least exactly where a = m. Writes its
 * gradient with respect to a.
 */
export function silhouetteLoss(
  drawn: Float64Array,
  soft: Float64Array,
  target: Pick<MaskCrop, 'valid'>,
  gradient: Float64Array,
): number {
  const { valid } = target;
  let both = 0;
  let either = 0;
  for (let p = 0; p < valid.length; p++) {
    if (!valid[p]) continue;
    const a = drawn[p];
    const m = soft[p];
    both += Math.min(a, m);
    either += Math.max(a, m);
  }
  const inverse = either > 0 ? 1 / either : 0;
  const iou = both * inverse;
  for (let p = 0; p < valid.length; p++) {
    if (!valid[p] || drawn[p] === soft[p]) gradient[p] = 0;
    else gradient[p] = drawn[p] < soft[p] ? -inverse : iou * inverse;
  }
  return 1 - iou;
}

/** Mean absolute difference of two colours [size, size, 3] over pixels that are valid, masked and drawn; 0 without any. */
export function colourLoss(colour: Float64Array, face: Int32Array, { valid, mask, rgb }: ColourCrop): number {
  let count = 0;
  let sum = 0;
  for (let p = 0; p < valid.length; p++) {
    if (!(valid[p] && mask[p] >= 0.5 && face[p] >= 0)) continue;
    count += 3;
    for (let k = 3 * p; k < 3 * p + 3; k++) sum += Math.abs(colour[k] - rgb[k]);
  }
  return count > 0 ? sum / count : 0;
}

/** Intersection over union of what is drawn (face >= 0) with the mask (>= 0.5), inside the photo. */
export function hardIoU(face: Int32Array, { valid, mask }: MaskCrop): number {
  let both = 0;
  let either = 0;
  for (let p = 0; p < valid.length; p++) {
    if (!valid[p]) continue;
    const a = face[p] >= 0;
    const m = mask[p] >= 0.5;
    if (a && m) both++;
    if (a || m) either++;
  }
  return either > 0 ? both / either : 0;
}
