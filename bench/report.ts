import { createHash } from 'node:crypto';
import { type AzimuthSample, type AzimuthSummary, summarise, withoutCarOffsets } from './azimuth-error.ts';
import type { PhotoResult } from './evaluate-photos.ts';
import type { ThreeResult } from './evaluate-three-photos.ts';
import type { Pose, TurntableResult } from './evaluate-turntable.ts';
import type { Failure, Measured } from './run.ts';
import { median, quantile } from './statistics.ts';

export interface Evaluation {
  command: string;
  machine: string;
  /** text of models/manifest.json; its hash ties the figures to the models */
  manifest: string;
  photos: Measured<PhotoResult>;
  turntable: Measured<TurntableResult>;
  three: Measured<ThreeResult>;
}

/** Cars that may guide choices; the others are only reported (../shared/README.md). */
const openCars = 6;

/** The open results, those held back where there are any, and all of them. */
function parts<T>(results: T[], isOpen: (result: T) => boolean): [string, T[]][] {
  const held = results.filter((result) => !isOpen(result));
  const whole: [string, T[]][] = [['all', results]];
  if (held.length === 0) return whole;
  return [['open', results.filter(isOpen)], ['held back', held], ...whole];
}

function table(head: string[], rows: (string | number)[][]): string {
  const line = (cells: (string | number)[]) => `| ${cells.join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

function photoRow(label: string, results: PhotoResult[]): (string | number)[] {
  const before = results.map((r) => r.iouBefore);
  const after = results.map((r) => r.iouAfter);
  return [
    label,
    results.length,
    median(before).toFixed(3),
    quantile(before, 0.1).toFixed(3),
    median(after).toFixed(3),
    quantile(after, 0.1).toFixed(3),
    median(results.flatMap(({ psnr }) => psnr ?? [])).toFixed(1),
    median(results.map((r) => r.totalSeconds)).toFixed(1),
    median(results.map((r) => r.refineSeconds)).toFixed(1),
    Math.max(...results.map((r) => r.peakRssMb)).toFixed(0),
    results.filter((r) => r.glbProblems > 0).length,
  ];
}

function poseRow(label: string, results: TurntableResult[], poseOf: (r: TurntableResult) => Pose | null) {
  const poses = results.flatMap((result) => {
    const pose = poseOf(result);
    return pose ? [{ ...result, pose }] : [];
  });
  if (poses.length === 0) return [];
  const samples: AzimuthSample[] = poses.map(({ car, trueDeg, pose }) => ({
    ...{ car, trueDeg },
    estimatedDeg: pose.azimuthDeg,
  }));
  const angles = (s: AzimuthSummary) => `${s.medianDeg.toFixed(1)} / ${s.p90Deg.toFixed(1)}`;
  const raw = summarise(samples);
  const unseen = poses.flatMap(({ pose }) => pose.unseen);
  return [
    [
      label,
      poses.length,
      angles(raw),
      angles(summarise(withoutCarOffsets(samples))),
      `${(raw.flips * 100).toFixed(1)} %`,
      median(unseen).toFixed(3),
      quantile(unseen, 0.1).toFixed(3),
    ],
  ];
}

function poseRows(label: string, results: TurntableResult[]): (string | number)[][] {
  return (['photo', 'masked'] as const).flatMap((kind) => {
    const name = `${label}, ${kind === 'photo' ? 'photo alone' : 'mask given'}`;
    const refined = results.filter((result) => result[kind].refined);
    return [
      ...poseRow(`${name}, feed-forward`, results, (r) => r[kind].feedForward),
      ...(refined.length < results.length
        ? poseRow(`${name}, feed-forward, views of the next row`, refined, (r) => r[kind].feedForward)
        : []),
      ...poseRow(`${name}, refined`, refined, (r) => r[kind].refined),
    ];
  });
}

function failureLines(failures: Failure[]): string {
  if (failures.length === 0) return 'No picture failed.';
  return `Failed: ${failures.length}\n\n${failures.map((f) => `- ${f.name}: ${f.reason}`).join('\n')}`;
}

function photoSection({ results, failures }: Measured<PhotoResult>): string {
  const head = [
    ...['photos', 'n', 'IoU before, median', '10th percentile', 'IoU after, median', '10th percentile'],
    ...['colour inside the mask, PSNR median, dB', 'seconds a photo, median', 'of which refinement'],
    ...['peak MB', 'GLBs with errors or warnings'],
  ];
  const rows = parts(results, (r) => r.open).map(([label, part]) => photoRow(label, part));
  return `## Photos, masks given
Each photo goes through \`turnaround reconstruct --mask\` in a process of its own. IoU of render.png with the mask, before and after refinement; PSNR of render.png against the photo, sRGB, where both mask and car are.

${table(head, rows)}

${failureLines(failures)}`;
}

const isOpenCar = ({ car }: { car: string }) => Number(car.replace(/\D/g, '')) < openCars;

function threeSection({ results, failures }: Measured<ThreeResult>): string {
  const rows = parts(results, isOpenCar).map(([label, part]) => [
    label,
    part.length,
    ...(['before', 'after'] as const).flatMap((state) => {
      const values = part.flatMap((r) => r[state]);
      return [median(values).toFixed(3), quantile(values, 0.1).toFixed(3)];
    }),
    part.reduce((sum, r) => sum + r.flipped, 0),
  ]);
  return `## Turntable, three photos together
Three views about a third of a turn apart, masks given: the mean of the three shapes, then one refinement of one shape under three cameras; drawn in the 13 other views as above, at the azimuth that the cameras agree on. A photo that the two others contradict is flipped, as its user would.

${table(
  [
    'cars',
    'triples',
    'unseen views before, IoU median',
    '10th percentile',
    'after, IoU median',
    '10th percentile',
    'photos flipped',
  ],
  rows,
)}

${failureLines(failures)}`;
}

function turntableSection({ results, failures }: Measured<TurntableResult>): string {
  const poseHead = [
    ...[
      'cars',
      'pictures',
      'azimuth error, median / 90th percentile, degrees',
      'one constant per car removed',
    ],
    ...['front/back flips', 'unseen views, IoU median', '10th percentile'],
  ];
  const seen = parts(results, isOpenCar).map(([label, part]) => [
    label,
    part.length,
    median(part.map((r) => r.segmenterIoU)).toFixed(3),
    median(part.map((r) => r.meanShape)).toFixed(3),
  ]);
  return `## Turntable
Each car is reconstructed from every single view. Unseen views: the mesh drawn in the other 15 views, at the predicted azimuth plus the known steps and the predicted elevation and distance; both silhouettes centred and scaled by the longer side of their box; quantiles over all pairs of views.

${table(
  poseHead,
  parts(results, isOpenCar).flatMap(([label, part]) => poseRows(label, part)),
)}

${table(['cars', 'pictures', 'segmenter IoU, median', "the template's mean shape at the true azimuth, IoU median"], seen)}

${failureLines(failures)}`;
}

/** The Markdown of bench/RESULTS.md. */
export function report({ command, machine, manifest, photos, turntable, three }: Evaluation): string {
  const models = createHash('sha256').update(manifest).digest('hex').slice(0, 16);
  const sections = [
    ...(photos.results.length + photos.failures.length > 0 ? [photoSection(photos)] : []),
    ...(turntable.results.length + turntable.failures.length > 0 ? [turntableSection(turntable)] : []),
    ...(three.results.length + three.failures.length > 0 ? [threeSection(three)] : []),
  ];
  return `# Results on real photos

Made by \`${command}\` on ${machine}; models: manifest sha256 ${models}. "Open" pictures may guide choices, those held back are only reported. Beside these: [SPEED.md](SPEED.md) (a 12-megapixel photo, the neural view's rate), [BLENDER.md](BLENDER.md) (the exported GLB in another program).

${sections.join('\n\n')}
`;
}
