import type { Picture } from '../../shared/studio-api.ts';
import type { Crop, Viewpoint } from '../../shared/viewpoint.ts';
import type { CarGeometry, CarSurface } from '../render/car.ts';
import { drawCar } from '../render/draw.ts';
import { maskIoU } from '../render/mask-iou.ts';

/** Longer side at which a fit is measured: fine enough for two decimals, drawn in a few milliseconds. */
const measuredSide = 384;

/** IoU of the drawn car with the photo's mask, at a reduced size of the whole photo. */
export function measureFit(
  car: CarGeometry & CarSurface,
  viewpoint: Viewpoint,
  crop: Crop,
  photo: { width: number; height: number; mask: Uint8Array },
): number {
  const scale = Math.min(1, measuredSide / Math.max(photo.width, photo.height));
  const width = Math.max(1, Math.round(photo.width * scale));
  const height = Math.max(1, Math.round(photo.height * scale));
  const [sx, sy] = [photo.width / width, photo.height / height];
  const mask = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    const row = Math.floor((y + 0.5) * sy) * photo.width;
    for (let x = 0; x < width; x++) mask[y * width + x] = photo.mask[row + Math.floor((x + 0.5) * sx)];
  }
  const small: Crop = { x: crop.x / sx, y: crop.y / sy, size: crop.size / sx };
  return maskIoU(drawCar(car, viewpoint, small, width, height, { light: 'none' }), mask);
}

/** A square picture of the car over transparency. */
export function drawSquare(car: CarGeometry & CarSurface, viewpoint: Viewpoint, size: number): Picture {
  return drawCar(car, viewpoint, { x: 0, y: 0, size }, size, size, { light: 'photo' });
}
