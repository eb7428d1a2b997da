import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { openPostgres, type Postgres } from '../../dev/stack/postgres.js';
import { findTemporalProgram, TEMPORAL_CLI, TEMPORAL_TEST_SERVER } from '../../dev/stack/temporal-binary.js';
import { openTemporal, type Temporal } from '../../dev/stack/temporal.js';
import { buildWorkflowBundle } from '../../dev/stack/workflow-bundle.js';
import { registerSearchAttributes } from '../../src/fulfilment/set-up.js';
import { migrate } from '../../src/ledger/migrate.js';

export interface Servers {
  /** Of the maintenance database; tests clone `template`. */
  readonly adminUrl: string;
  readonly template: string;
  readonly temporalAddress: string;
  readonly temporalBinary: string;
  readonly testServerBinary: string;
  readonly workflowBundle: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    servers: Servers;
  }
}

const TEMPLATE = 'dropless_template';
const progress = (line: string): void => void process.stderr.write(`${line}\n`);
const quiet = (): void => undefined;

/** The projects that need servers share them: the first one to be set up starts them, the last one to end stops them. */
let opening: Promise<OpenServers> | undefined;
let users = 0;

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  users += 1;
  opening ??= open();
  const { servers, close } = await opening;
  project.provide('servers', servers);
  return async () => {
    users -= 1;
    if (users === 0) await close();
  };
}

interface OpenServers {
  readonly servers: Servers;
  close(): Promise<void>;
}

async function open(): Promise<OpenServers> {
  const dir = await mkdtemp(join(tmpdir(), 'dropless-test-'));
  await chmod(dir, 0o755); // PostgreSQL's own user has to pass.
  const [temporalBinary, testServerBinary] = await Promise.all([
    findTemporalProgram(TEMPORAL_CLI, progress),
    findTemporalProgram(TEMPORAL_TEST_SERVER, progress),
  ]);
  const workflowBundle = join(dir, 'workflow-bundle.js');
  const starting = [
    openPostgres({ dataDir: join(dir, 'postgres'), durable: false, log: quiet }),
    openTemporal({ binary: temporalBinary, log: quiet, dynamicConfig: ['frontend.WorkflowTimeSkippingEnabled=true'] }),
    buildWorkflowBundle(workflowBundle),
  ] as const;
  // One that fails leaves nothing running of the others.
  const close = async () => {
    for (const server of await Promise.allSettled(starting)) if (server.status === 'fulfilled') await server.value?.stop();
    await rm(dir, { recursive: true, force: true });
  };
  const [postgres, temporal] = await Promise.all(starting).catch(async (error: unknown) => {
    await close();
    throw error;
  });
  await Promise.all([createTemplate(postgres), register(temporal)]);
  return {
    servers: {
      adminUrl: toUrl(postgres.url, 'postgres'),
      template: TEMPLATE,
      temporalAddress: temporal.address,
      temporalBinary,
      testServerBinary,
      workflowBundle,
    },
    close,
  };
}

async function createTemplate({ url }: Postgres): Promise<void> {
  const admin = new pg.Client({ connectionString: toUrl(url, 'postgres') });
  await admin.connect();
  await admin.query(`create database ${TEMPLATE}`);
  await admin.end();
  await migrate(toUrl(url, TEMPLATE));
}

async function register({ address }: Temporal): Promise<void> {
  const connection = await NativeConnection.connect({ address });
  await registerSearchAttributes(connection, 'default');
  await connection.close();
}

function toUrl(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}
