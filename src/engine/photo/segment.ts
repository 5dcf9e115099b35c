import { StudioError, throwIfCancelled } from '../../shared/errors.ts';
import type { ModelRunner } from '../models/store.ts';
import { type CarMap, separateCars } from './cars.ts';
import type { Component } from './components.ts';
import { connectedComponents } from './components.ts';
import { paintMask } from './mask.ts';
import type { Box, DecodedPhoto } from './photo.ts';
import { resample } from './resample.ts';

/** Side of the segmenter's square picture. */
const side = 256;

/** Value of the picture where the photo does not reach. */
const padding = 0.5;

/** The closer look takes in the car's box and this share of its size on every side. */
const closerMargin = 0.12;

/** A car that fills this share of the photo's longer side needs no closer look. */
const closeEnough = 0.75;

/** So many of the largest cars get a closer look. */
const closerLooks = 3;

/**
 * Masks the cars of a photo: [height, width] 0..255, a region for each (findCars tells them apart). The largest ones that
 * are small in the photo get a second, closer look. Throws `no-car` if none is seen.
 */
export async function segmentPhoto(
  models: ModelRunner,
  photo: Pick<DecodedPhoto, 'width' | 'height' | 'rgb'>,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const { width, height } = photo;
  const map = await mapCars(models, photo, { x: 0, y: 0, width, height });
  const { parts, cars, boxes } = separateCars(map);
  if (cars.length === 0) {
    throw new StudioError(
      'no-car',
      'No car was found in the photo.',
      'Use a closer photo of the car, or give a mask in which the car is white.',
    );
  }
  const mask = new Uint8ClampedArray(width * height);
  for (const [i, car] of cars.entries()) {
    throwIfCancelled(signal);
    const coarse = only(map, (cell) => parts.labels[cell] === car.label);
    const look = i < closerLooks ? closerLook(boxes[i], width, height) : null;
    const closer = look && chooseParts(await mapCars(models, photo, look), look, coarse);
    if (closer) paintMask(closer, look, mask, width, height);
    else paintMask(coarse, { x: 0, y: 0 }, mask, width, height);
  }
  return new Uint8Array(mask.buffer);
}

/** The segmenter's answer for a region of the photo, on a grid with 256 cells along its longer side. */
async function mapCars(
  models: ModelRunner,
  photo: Pick<DecodedPhoto, 'width' | 'height' | 'rgb'>,
  region: Box,
): Promise<CarMap> {
  const scale = side / Math.max(region.width, region.height);
  const width = Math.max(2, Math.round(region.width * scale));
  const height = Math.max(2, Math.round(region.height * scale));
  const { values } = resample(
    { width: photo.width, height: photo.height, channels: 3, data: photo.rgb },
    region,
    width,
    height,
  );
  const plane = side * side;
  const picture = new Float32Array(3 * plane).fill(padding);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = 3 * (y * width + x);
      for (let channel = 0; channel < 3; channel++) {
        picture[channel * plane + y * side + x] = values[from + channel] / 255;
      }
    }
  }
  const { mask } = await models.run('segmenter', { picture: { data: picture, dims: [1, 3, side, side] } });
  const probability = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    probability.set(mask.data.subarray(y * side, y * side + width), y * width);
  }
  return { width, height, cellWidth: region.width / width, cellHeight: region.height / height, probability };
}

/** The region of a second look at a car that is small in its photo; null if the first was close enough. */
function closerLook(box: Box, width: number, height: number): Box | null {
  if (Math.max(box.width, box.height) >= closeEnough * Math.max(width, height)) return null;
  const margin = closerMargin * Math.max(box.width, box.height);
  const x = Math.max(0, Math.floor(box.x - margin));
  const y = Math.max(0, Math.floor(box.y - margin));
  return {
    x,
    y,
    width: Math.min(width, Math.ceil(box.x + box.width + margin)) - x,
    height: Math.min(height, Math.ceil(box.y + box.height + margin)) - y,
  };
}

/** The map with every cell outside `keep` set to 0. */
function only(map: CarMap, keep: (cell: number) => boolean): CarMap {
  return { ...map, probability: map.probability.map((value, cell) => (keep(cell) ? value : 0)) };
}

/**
 * Keeps the parts of the closer map that are mostly the car of the coarse map; null if the two looks don't agree
 * (intersection over union below a half), in which case the coarse one is to be trusted.
 */
function chooseParts(closer: CarMap, look: Box, coarse: CarMap): CarMap | null {
  const { values } = resample(
    { width: coarse.width, height: coarse.height, channels: 1, data: coarse.probability },
    {
      x: look.x / coarse.cellWidth,
      y: look.y / coarse.cellHeight,
      width: look.width / coarse.cellWidth,
      height: look.height / coarse.cellHeight,
    },
    closer.width,
    closer.height,
  );
  const parts = connectedComponents(closer.width, closer.height, (cell) => closer.probability[cell] >= 0.5);
  const shared = new Map<number, number>();
  let coarseArea = 0;
  values.forEach((value, cell) => {
    if (value < 0.5) return;
    coarseArea++;
    const label = parts.labels[cell];
    shared.set(label, (shared.get(label) ?? 0) + 1);
  });
  const overlap = (part: Component) => shared.get(part.label) ?? 0;
  const kept = parts.components.filter((part) => overlap(part) >= part.area / 2);
  const labels = new Set(kept.map((part) => part.label));
  const [both, area] = kept.reduce(([b, a], part) => [b + overlap(part), a + part.area], [0, 0]);
  if (both < 0.5 * (coarseArea + area - both)) return null;
  return only(closer, (cell) => labels.has(parts.labels[cell]));
}
