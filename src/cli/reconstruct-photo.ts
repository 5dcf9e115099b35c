import { basename } from 'node:path';
import { cropPicture } from '../engine/photo/crop.ts';
import { drawCar } from '../engine/render/draw.ts';
import { maskIoU } from '../engine/render/mask-iou.ts';
import { loadCar, loadPhoto } from '../engine/studio/car-assets.ts';
import { encodeGrey, encodePicture, encodeRgb } from '../engine/studio/pixels.ts';
import type { StudioDocument } from '../shared/document.ts';
import { StudioError, throwIfCancelled } from '../shared/errors.ts';
import type { Picture } from '../shared/studio-api.ts';
import type { CliContext } from './context.ts';
import type { CliEngine } from './engine.ts';
import { errorLine } from './error-line.ts';
import { projectName, readUserFile } from './files.ts';
import { checkReplaceable, writeFolder } from './output-folder.ts';
import { type Report, reportSchema } from './report.ts';
import { StageClock } from './stage-clock.ts';

export interface PhotoJob {
  photo: string;
  /** folder to write */
  folder: string;
  mask: string | undefined;
  /** iterations; 0 for none */
  refine: number;
  /** pictures of the neural view all around */
  views: number;
}

/** Side of the encoder's picture. */
const encoderSize = 128;

/** Refusals of the refinement that say something about the car or its mask. */
const unfit: readonly string[] = ['no-car', 'invalid-parameters'];

/**
 * One photo to its folder of results; the folder is written whole or not at all. A car that can't be refined is written as
 * it is, with a warning.
 */
export async function reconstructPhoto(
  engine: CliEngine,
  job: PhotoJob,
  { signal, error: warn }: Pick<CliContext, 'signal' | 'error'>,
): Promise<Report> {
  const { studio } = engine;
  const begun = performance.now();
  const clock = new StageClock();
  await checkReplaceable(job.folder);
  const bytes = await readUserFile(job.photo);
  const mask = job.mask === undefined ? {} : { mask: await readMask(job.mask) };
  const imported = await studio.call(
    'photo.import',
    { name: basename(job.photo), bytes, ...mask },
    { signal, onProgress: (progress) => clock.hear(progress) },
  );
  const first = opened(imported.document);
  const photo = await loadPhoto(engine.assets, first);
  const encoder = maskIoU(await drawInPhoto(engine, first, 'none'), photo.mask);

  const refineBegun = performance.now();
  const failure = job.refine > 0 ? await refineCar(engine, job.refine, signal) : null;
  const refined = job.refine > 0 && !failure;
  const refineMs = refined ? performance.now() - refineBegun : 0;
  if (failure) warn(errorLine(job.photo, failure));
  const document = opened((await studio.call('document.get', {})).document);

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
  for (const [name, picture] of await neuralPictures(engine, document, job.views, signal)) {
    files.set(name, await encodePicture(picture));
  }
  const ended = performance.now();

  const status = await studio.call('studio.status', {});
  const report = reportSchema.parse({
    version: status.version,
    photo: { width: photo.width, height: photo.height },
    viewpoint: document.viewpoint,
    crop: document.crop,
    maskIoU: { encoder, refined: refined ? maskIoU(render, photo.mask) : null },
    timingsMs: {
      decode: clock.milliseconds('decode'),
      segment: clock.milliseconds('segment'),
      encode: clock.milliseconds('encode'),
      refine: refineMs,
      texture: clock.milliseconds('texture'),
      export: neuralBegun - exportBegun,
      neural: clock.milliseconds('neural') + ended - neuralBegun,
      total: ended - begun,
    },
    peakRssMb: process.resourceUsage().maxRSS / 1024,
    device: { provider: status.provider },
    models: status.models.map(({ file, sha256 }) => ({ file, sha256 })),
  });
  throwIfCancelled(signal);
  await writeFolder(job.folder, async (write) => {
    for (const [name, content] of files) await write(name, content);
    await write('report.json', new TextEncoder().encode(`${JSON.stringify(report, null, 2)}\n`));
  });
  return report;
}

/** Refines the open car; the reason where nothing can be fitted: a mask without an outline, a camera inside the car. */
async function refineCar(
  { studio }: CliEngine,
  iterations: number,
  signal: AbortSignal,
): Promise<StudioError | null> {
  try {
    await studio.call('refine.start', { iterations }, { signal });
  } catch (error) {
    if (!(error instanceof StudioError) || !unfit.includes(error.code)) throw error;
    const { code, message, remedy } = error;
    return new StudioError(code, `The car was not refined: ${message}`, remedy, { cause: error });
  }
  throwIfCancelled(signal);
  await studio.call('refine.accept', {});
  return null;
}

async function readMask(path: string): Promise<Uint8Array> {
  return readUserFile(path).catch((error: unknown) => {
    if (!(error instanceof StudioError)) throw error;
    throw new StudioError(error.code, `The mask ${error.message}`, error.remedy, { cause: error });
  });
}

function opened(document: StudioDocument | null): StudioDocument {
  if (document) return document;
  throw new Error('the studio has no car after an import');
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
