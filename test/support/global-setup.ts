import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { NativeConnection } from '@temporalio/worker';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { findTemporaryDir } from '../../dev/stack/data-dir.js';
import { openPostgres, type Postgres } from '../../dev/stack/postgres.js';
import { findTemporalProgram, TEMPORAL_CLI } from '../../dev/stack/temporal-binary.js';
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

/**
 * The projects that need servers share them: the first one to be set up starts them, the last one to end stops them.
 * Each project loads this file anew, so what they share stands outside it.
 */
const SHARED = Symbol.for('dropless.test-servers');
const holder = globalThis as { [SHARED]?: { readonly opening: Promise<OpenServers>; users: number } };

export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = (holder[SHARED] ??= { opening: open(), users: 0 });
  shared.users += 1;
  const { servers, close } = await shared.opening;
  project.provide('servers', servers);
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    delete holder[SHARED];
    await close();
  };
}

interface OpenServers {
  readonly servers: Servers;
  close(): Promise<void>;
}

async function open(): Promise<OpenServers> {
  const temporalBinary = await findTemporalProgram(TEMPORAL_CLI, progress);
  const dir = await createRunDir();
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
  try {
    const [postgres, temporal] = await Promise.all(starting);
    await Promise.all([createTemplate(postgres), register(temporal)]);
    const adminUrl = toUrl(postgres.url, 'postgres');
    return { servers: { adminUrl, template: TEMPLATE, temporalAddress: temporal.address, temporalBinary, workflowBundle }, close };
  } catch (error) {
    await close();
    throw error;
  }
}

const RUN_DIR = 'dropless-test-';

/** A folder of this run's own. Those of runs that were killed, and so could not remove theirs, are removed here. */
async function createRunDir(): Promise<string> {
  const parent = await findTemporaryDir();
  for (const name of await readdir(parent)) {
    const pid = new RegExp(`^${RUN_DIR}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) await rm(join(parent, name), { recursive: true, force: true });
  }
  const dir = await mkdtemp(join(parent, `${RUN_DIR}${process.pid}-`));
  await chmod(dir, 0o755); // PostgreSQL's own user has to pass.
  return dir;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'; // Another user's run.
  }
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
