import { expect, test } from 'vitest';
import { StageClock } from './stage-clock.ts';

test('a stage lasts from its first progress to that of the next one, or to the end', () => {
  let time = 100;
  const clock = new StageClock(() => time);
  clock.hear({ stage: 'decode', fraction: 0 });
  time = 130;
  clock.hear({ stage: 'segment', fraction: 0.1 });
  time = 150;
  clock.hear({ stage: 'segment', fraction: 0.2 });
  time = 190;
  clock.hear({ stage: 'neural', fraction: 0.9 });
  time = 200;
  clock.hear({ stage: 'neural', fraction: 1 });
  time = 999;
  expect(clock.milliseconds('decode')).toBe(30);
  expect(clock.milliseconds('segment')).toBe(60);
  expect(clock.milliseconds('neural')).toBe(10);
  expect(clock.milliseconds('texture')).toBe(0);
});
