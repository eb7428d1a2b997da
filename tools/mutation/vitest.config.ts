import { defineConfig } from 'vitest/config';

/** What Stryker runs against each mutant: the tests of verification, but for those whose inputs are random or thousands. */
export default defineConfig({
  test: { include: ['test/unit/store/**/*.test.ts'], exclude: ['**/fuzz.test.ts', '**/signature-spelling.test.ts'], testTimeout: 20_000 },
});
