import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';

const REPORT = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  success: z.boolean(),
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
});

export interface TestCount {
  readonly line: string;
  readonly passed: boolean;
}

/**
 * What vitest's JSON report says, in the one line that CI reads.
 *
 * 1. A file that failed to load or in its set-up counts as one failure: its tests never ran.
 * 2. A run without a test has not passed.
 */
export function countTests(report: unknown): TestCount {
  const { numPassedTests, numFailedTests, numPendingTests, numTodoTests, success, testResults } = REPORT.parse(report);
  const brokenFiles = testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((result) => result.status === 'failed'),
  ).length;
  const failed = numFailedTests + brokenFiles;
  const line = `${numPassedTests} passed, ${failed} failed, ${numPendingTests + numTodoTests} skipped`;
  return { line, passed: success && failed === 0 && numPassedTests > 0 };
}

function main(path: string | undefined): number {
  if (path === undefined) {
    console.error('usage: print-test-count REPORT.json');
    return 2;
  }
  const { line, passed } = countTests(JSON.parse(readFileSync(path, 'utf8')));
  console.log(line);
  return passed ? 0 : 1;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.exitCode = main(process.argv[2]);
