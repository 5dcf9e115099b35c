import { azimuthDifference } from '../src/shared/viewpoint.ts';
import type { HeldOutResult, HeldOutState } from './evaluate-held-out.ts';
import { type Cells, failureLines, table } from './markdown.ts';
import type { AlbedoError, PlacedErrors } from './placed-errors.ts';
import type { Measured } from './run.ts';
import { mean, median, quantile } from './statistics.ts';

/** Mean over the renders that have texels there, in percent of the range of sRGB: as it is / one exposure removed. */
function errorCell(results: HeldOutResult[], of: (result: HeldOutResult) => AlbedoError): string {
  if (results.every((result) => of(result).raw === null)) return '-';
  const percent = (kind: keyof AlbedoError) =>
    (100 * mean(results.flatMap((result) => of(result)[kind] ?? []))).toFixed(1);
  return `${percent('raw')} / ${percent('exposed')}`;
}

/** By how much less the first error is than the second, in percent: as it is / one exposure removed. */
export function lowerBy(
  results: HeldOutResult[],
  place: keyof PlacedErrors,
): { raw: number; exposed: number } {
  const share = (kind: keyof AlbedoError) => {
    const of = (errors: (result: HeldOutResult) => PlacedErrors) =>
      mean(results.flatMap((result) => errors(result)[place][kind] ?? []));
    return 100 * (1 - of((r) => r.refined.albedo) / of((r) => r.mirroring));
  };
  return { raw: share('raw'), exposed: share('exposed') };
}

function stateRow(
  label: string,
  results: HeldOutResult[],
  of: (result: HeldOutResult) => HeldOutState,
): Cells {
  const iou = results.map((result) => of(result).voxelIoU);
  const errors = results.map((r) => Math.abs(azimuthDifference(r.azimuthDeg, of(r).azimuthDeg)));
  return [
    label,
    median(iou).toFixed(3),
    quantile(iou, 0.1).toFixed(3),
    median(errors).toFixed(1),
    `${((100 * errors.filter((error) => error > 90).length) / errors.length).toFixed(1)} %`,
  ];
}

function albedoRow(label: string, results: HeldOutResult[], place: keyof PlacedErrors): Cells {
  const { raw, exposed } = lowerBy(results, place);
  return [
    label,
    errorCell(results, (r) => r.feedForward.albedo[place]),
    errorCell(results, (r) => r.refined.albedo[place]),
    errorCell(results, (r) => r.mirroring[place]),
    Number.isNaN(raw) ? '-' : `${raw.toFixed(1)} % / ${exposed.toFixed(1)} %`,
  ];
}

function lightRows(results: HeldOutResult[]): Cells[] {
  const stops = (of: (result: HeldOutResult) => number | null) =>
    median(results.flatMap((result) => of(result) ?? [])).toFixed(2);
  const seen = (of: (result: HeldOutResult) => PlacedErrors) => errorCell(results, (r) => of(r).seen);
  return [
    ['no light: the pixels as they are', seen((r) => r.undivided), stops((r) => r.evenStops)],
    ['the estimated light, feed-forward', '', stops((r) => r.feedForward.shadingStops)],
    ['the estimated light, refined', seen((r) => r.mirroring), stops((r) => r.refined.shadingStops)],
    ["the product's texture, refined", seen((r) => r.refined.albedo), ''],
    ['the true light through true shape and camera', seen((r) => r.trueLight), '0'],
  ];
}

/** Held-out renders: solids, azimuths, albedo and light against the truth. */
export function heldOutSection({ results, failures }: Measured<HeldOutResult>): string {
  if (results.length === 0) return `## Held-out renders\n${failureLines(failures)}`;
  const shape = [
    'state',
    'voxel IoU, median',
    '10th percentile',
    'azimuth error, median, degrees',
    'front/back flips',
  ];
  const plainRow = (label: string, iou: number[]): Cells => [
    ...[label, median(iou).toFixed(3), quantile(iou, 0.1).toFixed(3), '', ''],
  ];
  const unmodelled = median(results.flatMap((r) => r.unmodelledStops ?? [])).toFixed(2);
  return `## Held-out renders
${results.length} renders of ${new Set(results.map(({ car }) => car)).size} cars that no training saw, with true masks (training stage held-out-truth). Voxels: outer solids at 64^3, both of length 1 on the ground.

${table(shape, [
  stateRow('feed-forward', results, (r) => r.feedForward),
  stateRow('refined', results, (r) => r.refined),
  plainRow(
    "the template's mean shape",
    results.map((r) => r.meanShapeVoxelIoU),
  ),
  plainRow(
    'the template registered to the true car',
    results.map((r) => r.registeredVoxelIoU),
  ),
])}

Albedo: mean absolute difference of the atlas from the true base colour, percent of the sRGB range, over texels whose truth is known (paint, trim, tyres, lamps; no glass, rims, underside); means over the renders. The second figure is with one exposure a render removed, found where the photo shows the car: a photo can't tell a bright car in little light from a dark one in much. Plain mirroring takes the refined car's own pixels divided by its light, their mirror image where only that is seen, else their mean.

${table(
  ['texels', 'feed-forward', 'refined', 'plain mirroring', 'refined lower than mirroring by'],
  [
    albedoRow('unseen', results, 'unseen'),
    albedoRow('of these, mirror image seen', results, 'mirrored'),
    albedoRow('of these, neither seen', results, 'hidden'),
    albedoRow('seen', results, 'seen'),
  ],
)}

How far light is separated, on seen texels: the albedo's error when the photo's pixels are divided by a light, and how far that light's shading is from the true spherical harmonics' there (median stops, one exposure removed). The true harmonics themselves are ${unmodelled} stops from the light in the render: shadows, reflections and metal, which no nine coefficients hold.

${table(['pixels divided by', 'albedo error, as it is / exposure removed', 'shading, stops off'], lightRows(results))}

${failureLines(failures)}`;
}

/** What stands in the report where no such renders were given. */
export const heldOutMissing = `## Held-out renders
Not measured: no \`--held-out DIR\` was given. Write the folder by \`cd training && .venv/bin/python -m turnaround_training held-out-truth --config configs/perception.toml\` (needs the stages render and template) and add \`--held-out training/runs/held-out-truth\`.`;
