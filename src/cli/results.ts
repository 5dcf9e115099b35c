import { cropPicture } from '../engine/photo/crop.ts';
import { drawCar } from '../engine/render/draw.ts';
import { maskIoU } from '../engine/render/mask-iou.ts';
import { loadCar, loadPhoto } from '../engine/studio/car-assets.ts';
import { encodeGrey, encodePicture, encodeRgb } from '../engine/studio/pixels.ts';
import type { StudioDocument } from '../shared/document.ts';
import { throwIfCancelled } from '../shared/errors.ts';
import type { Picture } from '../shared/studio-api.ts';
import type { CliEngine } from './engine.ts';
import { projectName } from './files.ts';
import { writeFolder } from './output-folder.ts';
import { type Report, reportSchema } from './report.ts';
import type { StageClock } from './stage-clock.ts';

/** What came before the results are written. */
export interface Run {
  /** performance.now() at its beginning */
  begun: number;
  clock: StageClock;
  /** mask IoU before the refinement */
  encoder: number;
  /** milliseconds; null where the car was not refined */
  refineMs: number | null;
  /** pictures of the neural view all around */
  views: number;
}

/** Side of the encoder's picture. */
const encoderSize = 128;

/** The open car of an engine. */
export async function openedCar({ studio }: CliEngine): Promise<StudioDocument> {
  const { document } = await studio.call('document.get', {});
  if (document) return document;
  throw new Error('the studio has no car');
}

/** IoU of the drawn car with its mask, at the photo's size. Throws `no-photo` for a car without one. */
export async function fitInPhoto(engine: CliEngine, document: StudioDocument): Promise<number> {
  const photo = await loadPhoto(engine.assets, document);
  return maskIoU(await drawInPhoto(engine, document, 'none'), photo.mask);
}

/** Writes the open car's results with their report into a folder, whole or not at all. */
export async function writeResults(
  engine: CliEngine,
  folder: string,
  run: Run,
  signal: AbortSignal,
): Promise<Report> {
  const { studio } = engine;
  const document = await openedCar(engine);
  const photo = await loadPhoto(engine.assets, document);
  const exportBegun = performance.now();
  const render = await drawInPhoto(engine, document, 'photo');
  const files = new Map<string, Uint8Array>([
    ['car.glb', (await studio.call('export.glb', { light: 'albedo' })).bytes],
    [projectName, (await studio.call('project.save', {})).bytes],
    ['render.png', await encodePicture(render)],
    ['mask.png', await encodeGrey(photo.mask, photo.width, photo.height)],
    ['input.png', await encoderPicture(photo, document)],
  ]);
  const neuralBegun = performance.now();
  for (const [name, picture] of await neuralPictures(engine, document, run.views, signal)) {
    files.set(name, await encodePicture(picture));
  }
  const ended = performance.now();

  const status = await studio.call('studio.status', {});
  const report = reportSchema.parse({
    version: status.version,
    photo: { width: photo.width, height: photo.height },
    viewpoint: document.viewpoint,
    crop: document.crop,
    maskIoU: { encoder: run.encoder, refined: run.refineMs === null ? null : maskIoU(render, photo.mask) },
    timingsMs: {
      decode: run.clock.milliseconds('decode'),
      segment: run.clock.milliseconds('segment'),
      encode: run.clock.milliseconds('encode'),
      refine: run.refineMs ?? 0,
      texture: run.clock.milliseconds('texture'),
      export: neuralBegun - exportBegun,
      neural: run.clock.milliseconds('neural') + ended - neuralBegun,
      total: ended - run.begun,
    },
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    device: { provider: status.provider },
    models: status.models.map(({ file, sha256 }) => ({ file, sha256 })),
  });
  throwIfCancelled(signal);
  await writeFolder(folder, async (write) => {
    for (const [name, content] of files) await write(name, content);
    await write('report.json', new TextEncoder().encode(`${JSON.stringify(report, null, 2)}\n`));
  });
  return report;
}

/** The car over transparency at the photo's size, aligned with the photo. */
async function drawInPhoto(
  { assets, rooms }: CliEngine,
  document: StudioDocument,
  light: 'photo' | 'none',
): Promise<Picture> {
  const car = await loadCar(assets, rooms.template, document);
  const { width, height } = document.photo ?? { width: 0, height: 0 };
  const { viewpoint, crop } = document;
  return drawCar({ ...car, template: rooms.template }, viewpoint, crop, width, height, { light });
}

/** The crop that the encoder saw: the masked car on black. */
async function encoderPicture(
  photo: { width: number; height: number; rgb: Uint8Array; mask: Uint8Array },
  { crop }: StudioDocument,
): Promise<Uint8Array> {
  const { rgb, mask } = cropPicture(photo, photo.mask, crop, encoderSize);
  const bytes = Uint8Array.from(rgb, (value, i) => Math.round(255 * value * mask[Math.floor(i / 3)]));
  return encodeRgb(bytes, encoderSize, encoderSize);
}

/** neural.png at the photo's viewpoint, and neural-<azimuth>.png all around at the same elevation. */
async function neuralPictures(
  { studio }: CliEngine,
  { viewpoint }: StudioDocument,
  views: number,
  signal: AbortSignal,
): Promise<[string, Picture][]> {
  const { elevationDeg } = viewpoint;
  const pictures: [string, Picture][] = [];
  const draw = async (name: string, azimuthDeg: number) => {
    pictures.push([name, await studio.call('neural.render', { azimuthDeg, elevationDeg }, { signal })]);
  };
  await draw('neural.png', viewpoint.azimuthDeg);
  for (let view = 0; view < views; view++) {
    const azimuth = (360 * view) / views;
    await draw(`neural-${Math.round(azimuth)}.png`, azimuth);
  }
  return pictures;
}
