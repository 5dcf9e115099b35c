import type { CostResult } from './evaluate-costs.ts';
import type { PhotoResult } from './evaluate-photos.ts';
import { type Cells, failureLines, parts, table } from './markdown.ts';
import { disturbedPixels } from './perceptual-scale.ts';
import type { Measured } from './run.ts';
import { median, quantile } from './statistics.ts';

function photoRow(label: string, results: PhotoResult[]): Cells {
  const before = results.map((r) => r.iouBefore);
  const after = results.map((r) => r.iouAfter);
  const distances = results.flatMap(({ perceptual }) => perceptual ?? []);
  return [
    label,
    results.length,
    median(before).toFixed(3),
    quantile(before, 0.1).toFixed(3),
    median(after).toFixed(3),
    quantile(after, 0.1).toFixed(3),
    median(results.flatMap(({ psnr }) => psnr ?? [])).toFixed(1),
    median(distances).toFixed(3),
    quantile(distances, 0.9).toFixed(3),
    results.filter((r) => r.glbProblems > 0).length,
  ];
}

function scaleLine(results: PhotoResult[]): string {
  const of = (kind: 'blurred' | 'shifted' | 'other') => median(results.map((r) => r.scale[kind])).toFixed(3);
  return [
    "The distance is like LPIPS, without learned weights, in our own encoder's features (bench/perceptual-distance.ts).",
    `Its scale, medians over the same photos: 0 from the photo itself, ${of('blurred')} from the photo blurred by`,
    `${disturbedPixels} pixels of the crop's 128, ${of('shifted')} from the photo shifted by ${disturbedPixels} pixels,`,
    `${of('other')} from the next photo's car in its place.`,
  ].join(' ');
}

function costRow(results: CostResult[]): Cells {
  const seconds = (of: (r: CostResult) => number) =>
    `${median(results.map(of)).toFixed(1)} / ${Math.max(...results.map(of)).toFixed(1)}`;
  return [
    results.length,
    seconds((r) => r.totalSeconds),
    seconds((r) => r.refineSeconds),
    Math.max(...results.map((r) => r.peakRssMb)).toFixed(0),
  ];
}

/** Masks, colours, seconds and memory on photos. */
export function photoSection(photos: Measured<PhotoResult>, costs: Measured<CostResult>): string {
  if (photos.results.length === 0) return `## Photos, masks given\n${failureLines(photos.failures)}`;
  const head = [
    ...['photos', 'n', 'IoU before, median', '10th percentile', 'IoU after, median', '10th percentile'],
    ...['colour inside the mask, PSNR median, dB', 'distance inside the mask, median', '90th percentile'],
    'GLBs with errors or warnings',
  ];
  const costHead = ['photos', 'seconds a photo, median / most', 'of which refinement', 'peak MB'];
  return `## Photos, masks given
Each photo goes through what \`turnaround reconstruct --mask\` does. IoU of render.png with the mask, before and after refinement; PSNR and distance of render.png against the photo, sRGB, where both mask and car are.

${table(
  head,
  parts(photos.results, (r) => r.open).map(([label, part]) => photoRow(label, part)),
)}

${scaleLine(photos.results)}

Some of them again by the command itself, a process each, one after the other:

${table(costHead, costs.results.length > 0 ? [costRow(costs.results)] : [])}

${failureLines([...photos.failures, ...costs.failures])}`;
}
