import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findTemporaryDir } from '../../../dev/stack/data-dir.js';
import { openPostgres, type Postgres } from '../../../dev/stack/postgres.js';

let dir: string;
let running: Postgres | undefined;

beforeEach(async () => {
  dir = await mkdtemp(join(await findTemporaryDir(), 'dropless-postgres-'));
  await chmod(dir, 0o755);
});
afterEach(async () => {
  await running?.stop();
  running = undefined;
  await rm(dir, { recursive: true, force: true });
});

test.each(['stop', 'kill'] as const)('what was committed is found again at the next start, after a %s', async (end) => {
  const first = await open();
  await query(first, 'create table kept (word text)');
  await query(first, `insert into kept values ('still here')`);
  await first[end]();
  const second = await open({ port: first.port });
  expect(second.url).toBe(first.url);
  expect(await query(second, 'select word from kept')).toEqual([{ word: 'still here' }]);
});

test('commits are forced to the disk unless a test says otherwise', async () => {
  const durable = await open({ durable: true });
  expect(await query(durable, 'show fsync')).toEqual([{ fsync: 'on' }]);
  expect(await query(durable, 'show synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
});

test('a server that cannot start says why', async () => {
  const { port } = await open();
  await expect(openPostgres({ dataDir: join(dir, 'other'), port, durable: false, log: () => undefined })).rejects.toThrow(
    /address already in use/i,
  );
});

async function open(options: { port?: number; durable?: boolean } = {}): Promise<Postgres> {
  running = await openPostgres({ dataDir: join(dir, 'data'), durable: false, log: () => undefined, ...options });
  return running;
}

async function query({ url }: Postgres, statement: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows as unknown[];
  } finally {
    await client.end();
  }
}
