import { defineConfig } from 'vitest/config';

const SERVERS = 'test/support/global-setup.ts';

interface ProjectOptions {
  readonly folder?: string;
  readonly globalSetup?: string;
  readonly testTimeout: number;
}

/** Fast parts first; what needs servers shares one PostgreSQL and one Temporal, started once. */
const project = (name: string, order: number, { folder = `test/${name}`, ...options }: ProjectOptions) => ({
  test: {
    name,
    include: [`${folder}/**/*.test.ts`],
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
      project('client', 0, { folder: 'client/test/unit', testTimeout: 20_000 }),
      project('workflow', 1, { testTimeout: 60_000, globalSetup: SERVERS }),
      project('integration', 1, { testTimeout: 60_000, globalSetup: SERVERS }),
      project('e2e', 2, { testTimeout: 120_000, globalSetup: SERVERS }),
      project('client-e2e', 2, { folder: 'client/test/e2e', testTimeout: 120_000, globalSetup: SERVERS }),
      project('long', 3, { testTimeout: 1_200_000, globalSetup: SERVERS }),
    ],
  },
});
