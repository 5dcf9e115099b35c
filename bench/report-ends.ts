import { summarise, withoutCarOffsets } from './azimuth-error.ts';
import type { Pose, TurntableResult } from './evaluate-turntable.ts';
import { type Cells, parts, table } from './markdown.ts';
import type { Evaluation } from './report.ts';
import { lowerBy } from './report-held-out.ts';
import { isOpenCar } from './report-turntable.ts';
import { median, quantile } from './statistics.ts';

type Row = (part: 'open' | 'held back' | 'all') => string;

/** A row that gives one figure for each part of some results. */
function byPart<T>(results: T[], isOpen: (result: T) => boolean, figure: (part: T[]) => string): Row {
  const found = new Map(parts(results, isOpen));
  return (name) => {
    const part = found.get(name);
    return part && part.length > 0 ? figure(part) : '';
  };
}

const refinedPoses = (results: TurntableResult[], kind: 'photo' | 'masked') =>
  results.flatMap((result) => {
    const pose: Pose | null = result[kind].refined;
    return pose ? [{ car: result.car, trueDeg: result.trueDeg, pose }] : [];
  });

/** What the refinement was asked to reach, and what it reaches. */
export function endsSection({ photos, costs, turntable, three, heldOut }: Evaluation): string {
  const photo = (figure: (part: typeof photos.results) => string) =>
    byPart(photos.results, (r) => r.open, figure);
  const table2 = (figure: (part: TurntableResult[]) => string) =>
    byPart(turntable.results, isOpenCar, figure);
  const unseen = (kind: 'photo' | 'masked') =>
    table2((part) => median(refinedPoses(part, kind).flatMap(({ pose }) => pose.unseen)).toFixed(3));
  const azimuth = (kind: 'photo' | 'masked') =>
    table2((part) => {
      const samples = refinedPoses(part, kind).map(({ car, trueDeg, pose }) => ({
        ...{ car, trueDeg, estimatedDeg: pose.azimuthDeg },
      }));
      const { flips } = summarise(samples);
      return `${summarise(withoutCarOffsets(samples)).medianDeg.toFixed(1)} / ${(100 * flips).toFixed(1)} %`;
    });
  const all =
    (figure: string): Row =>
    (name) =>
      name === 'all' ? figure : '';
  const rows: [string, string, Row][] = [
    [
      'mask IoU after refinement, photos, masks given: median / 10th percentile',
      '0.970 / 0.940',
      photo((part) => {
        const after = part.map((r) => r.iouAfter);
        return `${median(after).toFixed(3)} / ${quantile(after, 0.1).toFixed(3)}`;
      }),
    ],
    [
      'colour inside the mask, photos: PSNR median, dB',
      '24',
      photo((part) => median(part.flatMap(({ psnr }) => psnr ?? [])).toFixed(1)),
    ],
    [
      'the same: distance like LPIPS, median',
      'reported',
      photo((part) => median(part.flatMap(({ perceptual }) => perceptual ?? [])).toFixed(3)),
    ],
    ['unseen views, turntable, from one photo, mask given: IoU median', '0.92', unseen('masked')],
    ['the same from the photo alone', '0.92', unseen('photo')],
    [
      'unseen views, turntable, from three photos: IoU median',
      '0.94',
      byPart(three.results, isOpenCar, (part) => median(part.flatMap(({ after }) => after)).toFixed(3)),
    ],
    [
      'azimuth, turntable, after refinement, mask given: median, one constant per car removed / flips',
      '5.0 / 3 %',
      azimuth('masked'),
    ],
    ['the same from the photo alone', '5.0 / 3 %', azimuth('photo')],
    ...(heldOut && heldOut.results.length > 0 ? heldOutRows(heldOut.results, all) : []),
    ...(costs.results.length > 0
      ? [
          [
            'refinement of a photo: seconds, median / peak memory of the process, MB',
            '4 / 600',
            all(
              `${median(costs.results.map((r) => r.refineSeconds)).toFixed(1)} / ${Math.max(...costs.results.map((r) => r.peakRssMb)).toFixed(0)}`,
            ),
          ] satisfies [string, string, Row],
        ]
      : []),
  ];
  const cells = rows.map(([what, end, row]): Cells => [what, end, row('open'), row('held back'), row('all')]);
  return `## Against the ends that were set

${table(['measure', 'end', 'open', 'held back', 'all'], cells)}`;
}

function heldOutRows(
  results: NonNullable<Evaluation['heldOut']>['results'],
  all: (figure: string) => Row,
): [string, string, Row][] {
  const iou = (state: 'feedForward' | 'refined') => median(results.map((r) => r[state].voxelIoU)).toFixed(3);
  const { raw, exposed } = lowerBy(results, 'unseen');
  return [
    [
      'voxel IoU, held-out renders: before, after refinement',
      'better',
      all(`${iou('feedForward')}, ${iou('refined')}`),
    ],
    [
      'albedo on the unseen side, held-out renders: lower than plain mirroring by, as it is / exposure removed',
      '20 %',
      all(`${raw.toFixed(1)} % / ${exposed.toFixed(1)} %`),
    ],
  ];
}
