import { randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { receiveAndGrant, toAccount } from '../../support/ledger.js';
import { PROJECT_DIR } from '../../../dev/stack/project-dir.js';
import { openDatabase } from '../../../src/ledger/database.js';
import { checkSchema, migrate, SCHEMA_VERSION } from '../../../src/ledger/migrate.js';

const MIGRATIONS_DIR = join(PROJECT_DIR, 'migrations');

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.close());

async function setSchema(version: number, breakingSince: number): Promise<void> {
  await database.db.query('delete from schema_versions');
  await database.db.query('insert into schema_versions (version, breaking_since) values ($1, $2)', [version, breakingSince]);
}

/** Runs with the address of a database that has nothing in it. */
async function withEmptyDatabase(run: (url: string) => Promise<void>): Promise<void> {
  const { adminUrl } = inject('servers');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query(`create database ${name}`);
    const url = new URL(adminUrl);
    url.pathname = `/${name}`;
    await run(url.href);
  } finally {
    await admin.query(`drop database if exists ${name} with (force)`);
    await admin.end();
  }
}

test('the schema that the migrations make is the one that this program is written for', async () => {
  await expect(checkSchema(database.db)).resolves.toBeUndefined();
  const { rows } = await database.db.query('select max(version) as version from schema_versions');
  expect(rows).toEqual([{ version: SCHEMA_VERSION }]);
});

test('a database that was never migrated is refused as too old', async () => {
  await withEmptyDatabase(async (url) => {
    const db = openDatabase({ url, poolSizeMax: 1, onIdleError: () => undefined });
    await expect(checkSchema(db)).rejects.toMatchObject({ code: 'SCHEMA_TOO_OLD' });
    await db.close();
  });
});

test('a schema older than the program is refused', async () => {
  await setSchema(SCHEMA_VERSION - 1, 1);
  await expect(checkSchema(database.db)).rejects.toMatchObject({ code: 'SCHEMA_TOO_OLD' });
});

test('a newer schema is served as long as it broke nothing for this program', async () => {
  await setSchema(SCHEMA_VERSION + 2, SCHEMA_VERSION);
  await expect(checkSchema(database.db)).resolves.toBeUndefined();
});

test('a newer schema that broke what this program does is refused', async () => {
  await setSchema(SCHEMA_VERSION + 2, SCHEMA_VERSION + 1);
  await expect(checkSchema(database.db)).rejects.toMatchObject({ code: 'SCHEMA_TOO_NEW' });
});

test('a newer schema is judged by the newest of its versions', async () => {
  await setSchema(SCHEMA_VERSION + 2, SCHEMA_VERSION + 1);
  await database.db.query('insert into schema_versions (version, breaking_since) values ($1, $2)', [SCHEMA_VERSION, 1]);
  await expect(checkSchema(database.db)).rejects.toMatchObject({ code: 'SCHEMA_TOO_NEW' });
});

test('five processes that migrate an empty database at once all succeed, and it is migrated once', async () => {
  await withEmptyDatabase(async (url) => {
    await Promise.all(Array.from({ length: 5 }, () => migrate(url)));
    const db = openDatabase({ url, poolSizeMax: 1, onIdleError: () => undefined });
    await checkSchema(db);
    expect((await db.query('select from schema_versions')).rowCount).toBe((await readdir(MIGRATIONS_DIR)).length);
    await db.close();
  });
});

test('migrating a database in use again changes nothing in it', async () => {
  const { db, url } = database;
  await receiveAndGrant(db, toAccount());
  await migrate(url);
  expect((await db.query('select from purchases')).rowCount).toBe(1);
});
