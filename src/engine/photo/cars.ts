import { type Component, type Components, connectedComponents } from './components.ts';
import type { Box } from './photo.ts';
import { resample } from './resample.ts';

/** A region smaller than this share of the photo is not taken for a car. */
const smallestCarShare = 0.01;

/** Longer side of the grid on which cars are told apart. */
const gridSide = 256;

/** A map of what is car, on a grid that covers the photo from its top left corner. */
export interface CarMap {
  width: number;
  height: number;
  /** photo pixels a cell, across and down */
  cellWidth: number;
  cellHeight: number;
  /** [height, width] 0..1 */
  probability: Float32Array;
}

export interface FoundCars {
  map: CarMap;
  parts: Components;
  /** components that count as cars, largest first */
  cars: Component[];
  /** their boxes in photo pixels, in the same order */
  boxes: Box[];
}

/** Tells the cars of a map apart: its connected regions of at least 1 % of the photo, largest first. */
export function separateCars(map: CarMap): FoundCars {
  const { width, height, cellWidth, cellHeight, probability } = map;
  const parts = connectedComponents(width, height, (cell) => probability[cell] >= 0.5);
  const cars = parts.components.filter(({ area }) => area >= smallestCarShare * width * height);
  const boxes = cars.map(({ left, top, right, bottom }) => ({
    x: left * cellWidth,
    y: top * cellHeight,
    width: (right - left + 1) * cellWidth,
    height: (bottom - top + 1) * cellHeight,
  }));
  return { map, parts, cars, boxes };
}

/** The boxes of all cars in a mask of the photo's size (0..255), largest first. */
export function findCars(mask: Uint8Array, width: number, height: number): Box[] {
  const scale = Math.min(1, gridSide / Math.max(width, height));
  const [across, down] = [Math.max(1, Math.round(width * scale)), Math.max(1, Math.round(height * scale))];
  const { values } = resample(
    { width, height, channels: 1, data: mask },
    { x: 0, y: 0, width, height },
    across,
    down,
  );
  return separateCars({
    width: across,
    height: down,
    cellWidth: width / across,
    cellHeight: height / down,
    probability: values.map((value) => value / 255),
  }).boxes;
}

/**
 * Index of the car at a place of the photo: the one whose region holds it, otherwise the smallest box around it; -1 if
 * there is none.
 */
export function carAt({ map, parts, cars, boxes }: FoundCars, x: number, y: number): number {
  const column = Math.min(map.width - 1, Math.max(0, Math.floor(x / map.cellWidth)));
  const row = Math.min(map.height - 1, Math.max(0, Math.floor(y / map.cellHeight)));
  const label = parts.labels[row * map.width + column];
  const direct = cars.findIndex((car) => car.label === label);
  if (direct >= 0) return direct;
  let best = -1;
  boxes.forEach((box, i) => {
    const inside = x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;
    if (inside && (best < 0 || box.width * box.height < boxes[best].width * boxes[best].height)) best = i;
  });
  return best;
}
