import { throwIfCancelled } from '../../shared/errors.ts';
import type { ModelRunner } from '../models/store.ts';
import { type CarMap, noCarFound, separateCars } from './cars.ts';
import { type Component, connectedComponents } from './components.ts';
import { paintMask } from './paint-mask.ts';
import type { Box, DecodedPhoto } from './photo.ts';
import { resample, shrinkBlocks } from './resample.ts';

/** Side of the segmenter's square picture. */
const side = 256;

/** Value of the picture where the photo does not reach. */
const padding = 0.5;

/** Probability from which on a cell is car; like the closer look's margin chosen on the first 60 photos and six turntables. */
const threshold = 0.45;

/** A car that fills less than this share of the photo's longer side gets a closer look, with this margin around its box. */
const [smallShare, closerMargin] = [0.75, 0.1];

/** So many of the largest cars may get one. */
const closerLooks = 3;

type Pixels = Pick<DecodedPhoto, 'width' | 'height' | 'rgb'>;

/**
 * Masks the cars of a photo: [height, width] 0..255, a region for each (findCars tells them apart). The largest ones that
 * are small in the photo get a closer look. Throws `no-car` if none is seen.
 */
export async function segmentPhoto(
  models: ModelRunner,
  photo: Pixels,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const { width, height } = photo;
  const whole = await lookAtWhole(models, photo);
  throwIfCancelled(signal);
  const map = calibrated(whole);
  const { parts, cars, boxes } = separateCars(map);
  if (cars.length === 0) throw noCarFound();
  const mask = new Uint8ClampedArray(width * height);
  for (const [i, car] of cars.entries()) {
    throwIfCancelled(signal);
    const coarse = only(map, (cell) => parts.labels[cell] === car.label);
    const region = i < closerLooks ? closerRegion(boxes[i], photo) : null;
    const closer = region && (await lookCloser(models, photo, region, whole, coarse));
    if (closer) paintMask(fillHoles(closer), region, mask, width, height);
    else paintMask(fillHoles(coarse), { x: 0, y: 0 }, mask, width, height);
  }
  return new Uint8Array(mask.buffer);
}

/** A copy with this many pixels to a cell or a little more stands in for a larger photo: it is read once, not in every look. */
const pixelsPerCell = 3;

function reduced({ width, height, rgb }: Pixels): Pixels {
  const factor = Math.floor(Math.max(width, height) / (pixelsPerCell * side));
  if (factor < 2 || Math.min(width, height) < factor) return { width, height, rgb };
  const [columns, rows] = [Math.floor(width / factor), Math.floor(height / factor)];
  return { width: columns, height: rows, rgb: shrinkBlocks({ width, rgb }, 0, 0, columns, rows, factor) };
}

/** The whole photo as large as it goes, on a grid in pixels of the photo itself. */
async function lookAtWhole(models: ModelRunner, photo: Pixels): Promise<CarMap> {
  const picture = reduced(photo);
  const { width, height } = picture;
  const map = await lookAt(models, picture, { x: 0, y: 0, width, height });
  return { ...map, cellWidth: photo.width / map.width, cellHeight: photo.height / map.height };
}

/** The segmenter's answer for a region of the photo and its mirror image, on a grid with 256 cells along its longer side. */
async function lookAt(models: ModelRunner, photo: Pixels, region: Box): Promise<CarMap> {
  const scale = side / Math.max(region.width, region.height);
  const width = Math.max(2, Math.round(region.width * scale));
  const height = Math.max(2, Math.round(region.height * scale));
  const source = { width: photo.width, height: photo.height, channels: 3 as const, data: photo.rgb };
  const { values, inside } = resample(source, region, width, height);
  const plane = side * side;
  const pictures = new Float32Array(6 * plane).fill(padding);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = y * width + x;
      if (inside[from] < 0.5) continue;
      for (let channel = 0; channel < 3; channel++) {
        const value = values[3 * from + channel] / 255;
        pictures[channel * plane + y * side + x] = value;
        pictures[(3 + channel) * plane + y * side + width - 1 - x] = value;
      }
    }
  }
  const { mask } = await models.run('segmenter', { picture: { data: pictures, dims: [2, 3, side, side] } });
  const probability = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const mirrored = mask.data[plane + y * side + width - 1 - x];
      probability[y * width + x] = (mask.data[y * side + x] + mirrored) / 2;
    }
  }
  return { width, height, cellWidth: region.width / width, cellHeight: region.height / height, probability };
}

/** A map's values [height, width] over a region given in photo pixels from the map's own origin. */
function regionOf(map: CarMap, region: Box, width: number, height: number): Float32Array {
  const { cellWidth, cellHeight } = map;
  return resample(
    { width: map.width, height: map.height, channels: 1, data: map.probability },
    {
      x: region.x / cellWidth,
      y: region.y / cellHeight,
      width: region.width / cellWidth,
      height: region.height / cellHeight,
    },
    width,
    height,
  ).values;
}

/** The map with its probabilities stretched so that `threshold` becomes 0.5. */
function calibrated(map: CarMap): CarMap {
  const stretch = (value: number) =>
    value < threshold ? (0.5 * value) / threshold : 1 - (0.5 * (1 - value)) / (1 - threshold);
  return { ...map, probability: map.probability.map(stretch) };
}

/** The region of a closer look at a car, within the photo; null if the car is large enough in it already. */
function closerRegion(box: Box, { width, height }: Pixels): Box | null {
  const longer = Math.max(box.width, box.height);
  if (longer >= smallShare * Math.max(width, height)) return null;
  const margin = closerMargin * longer;
  const [left, top] = [Math.max(0, box.x - margin), Math.max(0, box.y - margin)];
  return {
    x: left,
    y: top,
    width: Math.min(width, box.x + box.width + margin) - left,
    height: Math.min(height, box.y + box.height + margin) - top,
  };
}

/** The map with every cell outside `keep` set to 0. */
function only(map: CarMap, keep: (cell: number) => boolean): CarMap {
  return { ...map, probability: map.probability.map((value, cell) => (keep(cell) ? value : 0)) };
}

/** The map with everything set that the car encloses. */
function fillHoles(map: CarMap): CarMap {
  const { width, height, probability } = map;
  const outside = connectedComponents(width, height, (cell) => probability[cell] < 0.5);
  const open = new Set<number>();
  for (const { label, left, top, right, bottom } of outside.components) {
    if (left === 0 || top === 0 || right === width - 1 || bottom === height - 1) open.add(label);
  }
  const enclosed = (cell: number) => outside.labels[cell] !== 0 && !open.has(outside.labels[cell]);
  return { ...map, probability: probability.map((value, cell) => (enclosed(cell) ? 1 : value)) };
}

/**
 * The car of the coarse map by a look at its region, averaged with the whole photo's map (2 : 1). Keeps the parts that are
 * mostly this car; null if the two looks don't agree (intersection over union below a half): then the coarse one is to be
 * trusted.
 */
async function lookCloser(
  models: ModelRunner,
  photo: Pixels,
  region: Box,
  whole: CarMap,
  coarse: CarMap,
): Promise<CarMap | null> {
  const look = await lookAt(models, photo, region);
  const { width, height } = look;
  const before = regionOf(whole, region, width, height);
  const mixed = look.probability.map((value, cell) => (2 * value + before[cell]) / 3);
  const closer = calibrated({ ...look, probability: mixed });
  const car = regionOf(coarse, region, width, height);
  const parts = connectedComponents(width, height, (cell) => closer.probability[cell] >= 0.5);
  const shared = new Map<number, number>();
  let coarseArea = 0;
  car.forEach((value, cell) => {
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
