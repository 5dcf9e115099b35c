import { expect, it } from 'vitest';
import { noTests, plus, pytestCounts, vitestCounts } from './test-counts.ts';

it('reads a vitest report', () => {
  expect(vitestCounts('{"numPassedTests":5,"numFailedTests":1,"numPendingTests":2}')).toEqual({
    passed: 5,
    failed: 1,
    skipped: 2,
  });
});

it('reads a pytest report, errors counted as failures', () => {
  const xml =
    '<testsuites name="pytest tests"><testsuite name="pytest" errors="1" failures="2" skipped="3" tests="10"></testsuite></testsuites>';
  expect(pytestCounts(xml)).toEqual({ passed: 4, failed: 3, skipped: 3 });
});

it('adds', () => {
  expect(plus({ passed: 1, failed: 0, skipped: 1 }, { ...noTests, passed: 2 })).toEqual({
    passed: 3,
    failed: 0,
    skipped: 1,
  });
});
