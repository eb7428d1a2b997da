import { Client } from '@temporalio/client';
import type { TestWorld } from './app.js';
import { connectTemporal } from '../../src/fulfilment/purchase-worker.js';
import { openDatabase } from '../../src/ledger/database.js';
import type { OperatorDeps } from '../../src/operator/operator-deps.js';
import { runCli } from '../../src/operator/run-cli.js';
import { openRuntime } from '../../src/runtime.js';
import { HUAWEI_ROOT_FINGERPRINTS } from '../../src/store/index.js';
import { createLogger } from '../../src/telemetry/logger.js';

export interface CliResult {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

const refuse = (): never => {
  throw new Error('this test has no servers');
};

/** What a command has when there is neither a database nor Temporal: reaching for them fails the test. */
export const OFFLINE_DEPS: Omit<OperatorDeps, 'writeOut' | 'writeError'> = {
  userName: () => 'tester',
  trustedRoots: () => HUAWEI_ROOT_FINGERPRINTS,
  databaseUrl: refuse,
  openDatabase: refuse,
  openFulfilment: refuse,
  temporal: refuse,
};

/** Runs a command as `dropless` does, in this process. */
export async function runDropless(
  args: readonly string[],
  deps: Omit<OperatorDeps, 'writeOut' | 'writeError'> = OFFLINE_DEPS,
): Promise<CliResult> {
  let out = '';
  let err = '';
  const writeOut = (text: string): void => void (out += text);
  const writeError = (text: string): void => void (err += text);
  const status = await runCli(args, { ...deps, writeOut, writeError });
  return { status, out, err };
}

/** The commands over a world's servers; `temporalAddress` puts another server in Temporal's place. */
export function createTestCli(world: TestWorld, temporalAddress?: string): (...args: string[]) => Promise<CliResult> {
  const config = world.config(temporalAddress === undefined ? {} : { temporalAddress });
  const { connectionOptions, namespace = 'default' } = config.temporal;
  const deps = {
    ...OFFLINE_DEPS,
    databaseUrl: () => config.database.url,
    openDatabase: () => openDatabase({ ...config.database, onIdleError: () => undefined }),
    openFulfilment: () => openRuntime(config, { worker: false, logger: createLogger({ level: 'silent' }) }),
    temporal: () => ({
      place: connectionOptions.address ?? '',
      namespace,
      sweepIntervalMs: 60_000,
      open: async () => {
        const connection = await connectTemporal(connectionOptions);
        return { connection, client: new Client({ connection, namespace }) };
      },
    }),
  };
  return (...args) => runDropless(args, deps);
}
