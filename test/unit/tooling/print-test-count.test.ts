import { expect, test } from 'vitest';
import { countTests } from '../../../tools/print-test-count.js';

const report = (changes: object): object => ({
  numPassedTests: 2,
  numFailedTests: 0,
  numPendingTests: 1,
  numTodoTests: 1,
  success: true,
  testResults: [{ status: 'passed', assertionResults: [{ status: 'passed' }] }],
  ...changes,
});

test('a good run is counted as vitest counted it', () => {
  expect(countTests(report({}))).toEqual({ line: '2 passed, 0 failed, 2 skipped', passed: true });
});

test('a failed test fails the run', () => {
  const testResults = [{ status: 'failed', assertionResults: [{ status: 'failed' }] }];
  expect(countTests(report({ numFailedTests: 1, success: false, testResults }))).toEqual({
    line: '2 passed, 1 failed, 2 skipped',
    passed: false,
  });
});

test('a file that broke before its tests ran is counted as a failure', () => {
  const testResults = [{ status: 'failed', assertionResults: [{ status: 'skipped' }] }];
  expect(countTests(report({ success: false, testResults }))).toEqual({ line: '2 passed, 1 failed, 2 skipped', passed: false });
});

test('a run without a test has not passed', () => {
  expect(countTests(report({ numPassedTests: 0, testResults: [] })).passed).toBe(false);
});

test('a run that vitest calls failed has not passed, whatever it counted', () => {
  expect(countTests(report({ success: false })).passed).toBe(false);
});

test('an empty report is refused, never counted', () => {
  expect(() => countTests({})).toThrow();
});
