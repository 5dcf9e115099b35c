import { expect, it } from 'vitest';
import type { HeldOutResult } from './evaluate-held-out.ts';
import type { PhotoResult } from './evaluate-photos.ts';
import type { TurntableResult } from './evaluate-turntable.ts';
import type { PlacedErrors } from './placed-errors.ts';
import { type Evaluation, report } from './report.ts';

const photo = (name: string, open: boolean, iouAfter: number): PhotoResult => ({
  ...{ name, open, iouBefore: 0.9, iouAfter, psnr: 25, perceptual: 0.01, glbProblems: 0 },
  scale: { blurred: 0.08, shifted: 0.1, other: 0.7 },
});

const view = (car: string, trueDeg: number, refinedDeg: number): TurntableResult => {
  const pose = (azimuthDeg: number) => ({ azimuthDeg, unseen: [0.9, 0.94] });
  const both = { feedForward: pose(trueDeg + 20), refined: pose(refinedDeg) };
  const segmenterIoU = trueDeg === 90 && car === 'car00' ? 0.98 : 0.9;
  return { car, trueDeg, segmenterIoU, meanShape: 0.85, photo: both, masked: both };
};

const error = (value: number) => ({ raw: value, exposed: value / 2 });
const placed = (seen: number, unseen: number): PlacedErrors => ({
  ...{ seen: error(seen), mirrored: error(unseen), unseen: error(unseen) },
  hidden: { raw: null, exposed: null },
});

const heldOut: HeldOutResult = {
  car: 'cc-q7',
  azimuthDeg: 350,
  meanShapeVoxelIoU: 0.7,
  registeredVoxelIoU: 0.95,
  texels: { seen: 100, mirrored: 50, hidden: 0 },
  feedForward: { azimuthDeg: 2, voxelIoU: 0.75, albedo: placed(0.1, 0.12), shadingStops: 0.4 },
  refined: { azimuthDeg: 354, voxelIoU: 0.8, albedo: placed(0.08, 0.09), shadingStops: 0.3 },
  mirroring: placed(0.1, 0.12),
  undivided: placed(0.2, 0.22),
  trueLight: placed(0.05, 0.06),
  evenStops: 0.6,
  unmodelledStops: 0.25,
};

const evaluation: Evaluation = {
  ...{ command: 'npm run evaluate', machine: 'a machine', manifest: '{}' },
  photos: { results: [photo('a', true, 0.98), photo('b', false, 0.96)], failures: [] },
  costs: { results: [{ name: 'a', refineSeconds: 2.5, totalSeconds: 4, peakRssMb: 500 }], failures: [] },
  turntable: {
    results: [view('car00', 0, 3), view('car00', 90, 93), view('car11', 0, 170), view('car11', 90, 94)],
    failures: [],
  },
  three: { results: [{ car: 'car00', before: [0.9], after: [0.95], flipped: 0 }], failures: [] },
  heldOut: { results: [heldOut], failures: [{ name: 'held-out/b', reason: 'no car' }] },
};

/** The cells of the first line that holds a text. */
const cells = (text: string, part: string) =>
  text
    .split('\n')
    .find((line) => line.includes(part))
    ?.split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

it('holds every figure against its end, by the pictures that may guide choices and the others', () => {
  const text = report(evaluation);
  const end = (part: string) => cells(text, part)?.slice(1);
  expect(end('mask IoU after refinement')).toEqual([
    '0.970 / 0.940',
    '0.980 / 0.980',
    '0.960 / 0.960',
    '0.970 / 0.962',
  ]);
  expect(end('azimuth, turntable, after refinement')).toEqual([
    '5.0 / 3 %',
    '0.0 / 0.0 %',
    '83.0 / 50.0 %',
    '0.0 / 25.0 %',
  ]);
  expect(end('from three photos')).toEqual(['0.94', '', '', '0.950']);
  expect(end('voxel IoU, held-out')).toEqual(['better', '', '', '0.750, 0.800']);
  expect(end('lower than plain mirroring')).toEqual(['20 %', '', '', '25.0 % / 25.0 %']);
  expect(end('refinement of a photo')).toEqual(['4 / 600', '', '', '2.5 / 500']);
});

it('gives mean and median of the masks found on turntables', () => {
  const text = report(evaluation);
  expect(cells(text, '| open | 2 | 0.')).toEqual(['open', '2', '0.940 / 0.940', '0.850']);
  expect(cells(text, '| all | 4 | 0.')).toEqual(['all', '4', '0.920 / 0.900', '0.850']);
});

it('gives albedo and light in percent and stops, and leaves out what there is none of', () => {
  const text = report(evaluation);
  expect(cells(text, '| unseen |')).toEqual([
    'unseen',
    '12.0 / 6.0',
    '9.0 / 4.5',
    '12.0 / 6.0',
    '25.0 % / 25.0 %',
  ]);
  expect(cells(text, 'neither seen')).toEqual(['of these, neither seen', '-', '-', '-', '-']);
  expect(cells(text, 'no light')?.slice(1)).toEqual(['20.0 / 10.0', '0.60']);
  expect(cells(text, '| refined | 0.8')).toEqual(['refined', '0.800', '0.800', '4.0', '0.0 %']);
  expect(cells(text, 'registered to the true car')?.slice(1)).toEqual(['0.950', '0.950', '', '']);
  expect(text).toContain('held-out/b: no car');
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
});

it('says what is missing', () => {
  const nothing = { results: [], failures: [] };
  const empty = { ...evaluation, photos: nothing, costs: nothing, turntable: nothing, three: nothing };
  const text = report({ ...empty, heldOut: null });
  expect(text).toContain('--held-out training/runs/held-out-truth');
  expect(text).not.toMatch(/NaN|undefined|Infinity/);
  const failed = { results: [], failures: [{ name: 'x', reason: 'broken' }] };
  expect(report({ ...empty, photos: failed, heldOut: failed })).not.toMatch(/NaN|undefined|Infinity/);
});
