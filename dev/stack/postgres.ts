import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { openChildProcess, type Log } from './child-process.js';
import { findFreePort } from './free-port.js';
import { pollUntil } from './poll-until.js';
import { findPostgresPrograms, findPostgresUser, programName, type OsUser } from './postgres-program.js';

const run = promisify(execFile);

export interface PostgresOptions {
  /** Holds the cluster and its password; found again at the next start. PostgreSQL's user must be able to reach it. */
  readonly dataDir: string;
  readonly port?: number;
  /** False only in tests: commits are not forced to the disk. */
  readonly durable?: boolean;
  readonly log: Log;
}

export interface Postgres {
  /** Of the database `dropless`, made if it was not there. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  stop(): Promise<void>;
  /** SIGKILL: what a crash looks like. */
  kill(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const DATABASE = 'dropless';

/** PostgreSQL from npm on 127.0.0.1, with its data in a folder. */
export async function openPostgres({ dataDir, port: wanted, durable = true, log }: PostgresOptions): Promise<Postgres> {
  const user = await findPostgresUser();
  await mkdir(dataDir, { recursive: true, mode: 0o755 });
  const programs = await findPostgresPrograms(user, join(dataDir, 'programs'));
  const cluster = join(dataDir, 'cluster');
  const password = await initialise(programs, dataDir, cluster, user);
  const port = wanted ?? (await findFreePort());
  const child = await openChildProcess({
    command: join(programs, programName('postgres')),
    args: ['-D', cluster, '-p', String(port), ...SETTINGS, ...(durable ? [] : ['-c', 'fsync=off', '-c', 'full_page_writes=off'])],
    stopSignal: 'SIGINT', // PostgreSQL's fast shutdown: open sessions are ended, nothing is lost.
    log,
    ...(user !== undefined && { user }),
  });
  const died = new AbortController();
  void child.ended.then((reason) => died.abort(new Error(`PostgreSQL ended: ${reason}`)));
  const url = (database: string) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`;
  try {
    await pollUntil(() => createDatabase(url('postgres')), { deadlineMs: START_TIMEOUT_MS, signal: died.signal });
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { url: url(DATABASE), port, pid: child.pid, stop: child.stop, kill: child.kill };
}

/** No socket in the system's temporary folder, and nothing on the network. */
const SETTINGS = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200'].flatMap((setting) => ['-c', setting]);

/** Makes the cluster unless it is there, and answers with its password. */
async function initialise(programs: string, dataDir: string, cluster: string, user: OsUser | undefined): Promise<string> {
  const passwordFile = join(dataDir, 'password');
  if (existsSync(join(cluster, 'PG_VERSION'))) return readFile(passwordFile, 'utf8');
  const password = randomBytes(18).toString('base64url');
  await rm(cluster, { recursive: true, force: true }); // What an interrupted first start left.
  await mkdir(cluster, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user !== undefined) await Promise.all([cluster, passwordFile].map((path) => chown(path, user.uid, user.gid)));
  const args = ['-D', cluster, '-U', 'postgres', '-A', 'scram-sha-256', '--pwfile', passwordFile, '--encoding=UTF8', '--locale=C'];
  await run(join(programs, programName('initdb')), args, { ...user });
  return password;
}

async function createDatabase(adminUrl: string): Promise<true> {
  const client = new pg.Client({ connectionString: adminUrl });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE]);
    if (rowCount === 0) await client.query(`create database ${DATABASE}`);
    return true;
  } finally {
    await client.end();
  }
}
