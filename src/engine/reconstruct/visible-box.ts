import type { Crop } from '../../shared/viewpoint.ts';
import { maskBox } from '../photo/crop.ts';

/** The mask's box in fractions of the crop (0..1 right and down); a side that the photo's border cuts is null. */
export interface VisibleBox {
  left: number | null;
  top: number | null;
  right: number | null;
  bottom: number | null;
}

/** A side within this share of the photo's longer side from the border is taken as cut. */
const borderShare = 0.004;

/** The sides of a car's mask [height, width] at which the car itself ends. Throws `no-car` for an empty mask. */
export function visibleBox(mask: Uint8Array, width: number, height: number, crop: Crop): VisibleBox {
  const box = maskBox(mask, width, height);
  const border = Math.max(1, borderShare * Math.max(width, height));
  const side = (place: number, origin: number, cut: boolean) => (cut ? null : (place - origin) / crop.size);
  const [right, bottom] = [box.x + box.width, box.y + box.height];
  return {
    left: side(box.x, crop.x, box.x <= border),
    top: side(box.y, crop.y, box.y <= border),
    right: side(right, crop.x, right >= width - border),
    bottom: side(bottom, crop.y, bottom >= height - border),
  };
}
