import { type AzimuthSample, type AzimuthSummary, summarise, withoutCarOffsets } from './azimuth-error.ts';
import type { ThreeResult } from './evaluate-three-photos.ts';
import type { Pose, TurntableResult } from './evaluate-turntable.ts';
import { type Cells, failureLines, parts, table } from './markdown.ts';
import type { Measured } from './run.ts';
import { mean, median, quantile } from './statistics.ts';

/** Cars that may guide choices; the others are only reported (../shared/README.md). */
const openCars = 6;

export const isOpenCar = ({ car }: { car: string }) => Number(car.replace(/\D/g, '')) < openCars;

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

function poseRows(label: string, results: TurntableResult[]): Cells[] {
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

/** What three photos of a car make of it. */
export function threeSection({ results, failures }: Measured<ThreeResult>): string {
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

/** Viewpoints and unseen sides of real cars. */
export function turntableSection({ results, failures }: Measured<TurntableResult>): string {
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
    [mean, median].map((of) => of(part.map((r) => r.segmenterIoU)).toFixed(3)).join(' / '),
    median(part.map((r) => r.meanShape)).toFixed(3),
  ]);
  return `## Turntable
Each car is reconstructed from every single view. Unseen views: the mesh drawn in the other 15 views, at the predicted azimuth plus the known steps and the predicted elevation and distance; both silhouettes centred and scaled by the longer side of their box; quantiles over all pairs of views.

${table(
  poseHead,
  parts(results, isOpenCar).flatMap(([label, part]) => poseRows(label, part)),
)}

${table(['cars', 'pictures', 'segmenter IoU, mean / median', "the template's mean shape at the true azimuth, IoU median"], seen)}

${failureLines(failures)}`;
}
