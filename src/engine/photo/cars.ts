import { StudioError } from '../../shared/errors.ts';
import { type Component, type Components, connectedComponents } from './components.ts';
import type { Box } from './photo.ts';
import { resample } from './resample.ts';

/** A region smaller than this share of the photo is not taken for a car. */
const smallestCarShare = 0.01;

/** Longer side of the grid on which the cars of a mask are told apart. */
const gridSide = 512;

/** Cells around a car's region that still belong to it: the soft border of its mask. */
const borderCells = 2;

/** A map of what is car, on a grid that covers a region of the photo. */
export interface CarMap {
  width: number;
  height: number;
  /** photo pixels a cell, across and down */
  cellWidth: number;
  cellHeight: number;
  /** [height, width] 0..1 */
  probability: Float32Array;
}

/** One car of a photo. */
export interface SeenCar {
  /** in photo pixels */
  readonly box: Box;
  /** [height, width] of the photo, 0..255: this car alone. Made anew each time it is asked for. */
  readonly mask: Uint8Array;
}

/** The connected regions of a map that are at least 1 % of it, largest first. */
export function separateCars(map: CarMap): { parts: Components; cars: Component[]; boxes: Box[] } {
  const { width, height, cellWidth, cellHeight, probability } = map;
  const parts = connectedComponents(width, height, (cell) => probability[cell] >= 0.5);
  const cars = parts.components.filter(({ area }) => area >= smallestCarShare * width * height);
  const boxes = cars.map(({ left, top, right, bottom }) => ({
    x: left * cellWidth,
    y: top * cellHeight,
    width: (right - left + 1) * cellWidth,
    height: (bottom - top + 1) * cellHeight,
  }));
  return { parts, cars, boxes };
}

/** Tells the cars of a mask of the photo's size (0..255) apart, largest first; none for a mask without a car. */
export function findCars(mask: Uint8Array, width: number, height: number): SeenCar[] {
  const scale = Math.min(1, gridSide / Math.max(width, height));
  const [across, down] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const { values } = resample(
    { width, height, channels: 1, data: mask },
    { x: 0, y: 0, width, height },
    across,
    down,
  );
  const { parts, cars, boxes } = separateCars({
    width: across,
    height: down,
    cellWidth: width / across,
    cellHeight: height / down,
    probability: values.map((value) => value / 255),
  });
  const owners = widen(parts);
  return cars.map(({ label }, i) => ({
    box: boxes[i],
    get mask() {
      return cutOut(mask, width, height, { ...parts, labels: owners }, label);
    },
  }));
}

/** The labels, grown by `borderCells` into cells that are not set; the first to arrive keeps a cell. */
function widen({ labels, width, height }: Components): Int32Array {
  let grown = labels;
  for (let ring = 0; ring < borderCells; ring++) {
    const next = grown.slice();
    for (let cell = 0; cell < grown.length; cell++) {
      if (grown[cell] !== 0) continue;
      const x = cell % width;
      next[cell] =
        (x > 0 && grown[cell - 1]) ||
        (x < width - 1 && grown[cell + 1]) ||
        (cell >= width && grown[cell - width]) ||
        (cell < width * (height - 1) && grown[cell + width]) ||
        0;
    }
    grown = next;
  }
  return grown;
}

/** The mask with everything outside the cells of one label set to 0. */
function cutOut(
  mask: Uint8Array,
  width: number,
  height: number,
  grid: Pick<Components, 'width' | 'height' | 'labels'>,
  label: number,
): Uint8Array {
  const cut = new Uint8Array(width * height);
  const columns = Int32Array.from({ length: width }, (_, x) => Math.floor(((x + 0.5) * grid.width) / width));
  for (let y = 0; y < height; y++) {
    const row = Math.floor(((y + 0.5) * grid.height) / height) * grid.width;
    for (let x = 0, at = y * width; x < width; x++, at++) {
      if (grid.labels[row + columns[x]] === label) cut[at] = mask[at];
    }
  }
  return cut;
}

/** What a photo without a car gets, whether the segmenter saw none or none was large enough in the end. */
export function noCarFound(): StudioError {
  return new StudioError(
    'no-car',
    'No car was found in the photo.',
    'Use a closer photo of the car, or give a mask in which the car is white.',
  );
}
