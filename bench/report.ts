import { createHash } from 'node:crypto';
import { type AzimuthSummary, summarise, withoutCarOffsets } from './azimuth-error.ts';
import type { Failure, PhotoResult } from './evaluate-photos.ts';
import type { TurntableResult } from './evaluate-turntable.ts';
import { median, quantile } from './statistics.ts';

export interface Evaluation {
  command: string;
  machine: string;
  /** text of models/manifest.json; its hash ties the figures to the models */
  manifest: string;
  photos: { results: PhotoResult[]; failures: Failure[] };
  turntable: { results: TurntableResult[]; failures: Failure[] };
}

/** Cars that may guide choices; the others are only reported (../shared/README.md). */
const openCars = 6;

function photoRow(label: string, results: PhotoResult[]): string {
  const before = results.map((r) => r.iouBefore);
  const after = results.map((r) => r.iouAfter);
  return `| ${[
    label,
    results.length,
    median(before).toFixed(3),
    quantile(before, 0.1).toFixed(3),
    median(after).toFixed(3),
    quantile(after, 0.1).toFixed(3),
    median(results.map((r) => r.before.totalSeconds)).toFixed(1),
    median(results.map((r) => r.after.totalSeconds)).toFixed(1),
    median(results.map((r) => r.after.refineSeconds)).toFixed(1),
    Math.max(...results.map((r) => r.after.peakRssMb)).toFixed(0),
    results.filter((r) => r.glbProblems > 0).length,
  ].join(' | ')} |`;
}

function turntableRow(label: string, results: TurntableResult[]): string {
  const angles = (s: AzimuthSummary) => `${s.medianDeg.toFixed(1)} / ${s.p90Deg.toFixed(1)}`;
  const raw = summarise(results);
  const corrected = summarise(withoutCarOffsets(results));
  return `| ${[
    label,
    results.length,
    median(results.map((r) => r.segmenterIoU)).toFixed(3),
    angles(raw),
    angles(corrected),
    `${(raw.flips * 100).toFixed(1)} %`,
  ].join(' | ')} |`;
}

function failureLines(failures: Failure[]): string {
  if (failures.length === 0) return 'No picture failed.';
  return `Failed: ${failures.length}\n\n${failures.map((f) => `- ${f.name}: ${f.reason.split('\n').at(-1)}`).join('\n')}`;
}

/** The Markdown of bench/RESULTS.md. */
export function report({ command, machine, manifest, photos, turntable }: Evaluation): string {
  const isOpen = (car: string) => Number(car.replace(/\D/g, '')) < openCars;
  return `# Results on real photos

Made by \`${command}\` on ${machine}; models: manifest sha256 ${createHash('sha256').update(manifest).digest('hex').slice(0, 16)}.
Each photo goes through \`turnaround reconstruct\` in a process of its own. "Open" pictures may guide choices, the others are only reported.

## Photos, masks given: render.png against the mask
| photos | n | IoU before, median | 10th percentile | IoU after, median | 10th percentile | seconds without refinement | seconds with | of which refinement | peak MB | GLBs with errors or warnings |
|---|---|---|---|---|---|---|---|---|---|---|
${photoRow(
  'open',
  photos.results.filter((r) => r.open),
)}
${
  photos.results.some((r) => !r.open)
    ? `${photoRow(
        'held back',
        photos.results.filter((r) => !r.open),
      )}\n`
    : ''
}${photoRow('all', photos.results)}

${failureLines(photos.failures)}

## Turntable, no masks, feed-forward
| cars | pictures | segmenter IoU, median | azimuth error, median / 90th percentile, degrees | the same, one constant per car removed | front/back flips |
|---|---|---|---|---|---|
${turntableRow(
  'open',
  turntable.results.filter((r) => isOpen(r.car)),
)}
${
  turntable.results.some((r) => !isOpen(r.car))
    ? `${turntableRow(
        'held back',
        turntable.results.filter((r) => !isOpen(r.car)),
      )}\n`
    : ''
}${turntableRow('all', turntable.results)}

${failureLines(turntable.failures)}
`;
}
