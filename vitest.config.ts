import { defineConfig } from 'vitest/config';

const SERVERS = 'test/support/global-setup.ts';

/** Fast parts first; what needs servers shares one PostgreSQL and one Temporal, started once. */
const project = (name: string, order: number, options: { globalSetup?: string; testTimeout: number }) => ({
  test: {
    name,
    include: [`test/${name}/**/*.test.ts`],
    setupFiles: ['test/support/end-with-vitest.ts'],
    pool: 'forks' as const,
    maxWorkers: 2,
    sequence: { groupOrder: order },
    hookTimeout: 60_000,
    ...options,
  },
});

export default defineConfig({
  test: {
    projects: [
      project('unit', 0, { testTimeout: 20_000 }),
      project('workflow', 1, { testTimeout: 60_000, globalSetup: SERVERS }),
      project('integration', 1, { testTimeout: 60_000, globalSetup: SERVERS }),
      project('e2e', 2, { testTimeout: 120_000, globalSetup: SERVERS }),
      project('long', 3, { testTimeout: 1_200_000, globalSetup: SERVERS }),
    ],
  },
});
