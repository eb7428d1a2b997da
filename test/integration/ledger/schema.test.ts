import { createHash, randomBytes } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { runner } from 'node-pg-migrate';
import pg from 'pg';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { grant, OPERATOR, receiveAndGrant, toAccount, toVerified } from '../../support/ledger.js';
import { PROJECT_DIR } from '../../../dev/stack/project-dir.js';
import type { Account, PurchaseOrderId } from '../../../src/domain/ids.js';
import { ensureAccount, forgetAccount } from '../../../src/ledger/accounts.js';
import { findApiKey } from '../../../src/ledger/api-keys.js';
import { openDatabase, type Database } from '../../../src/ledger/database.js';
import { checkSchema, migrate, SCHEMA_VERSION } from '../../../src/ledger/migrate.js';
import { listOpenPurchases } from '../../../src/ledger/open-purchases.js';
import { listOperatorActs } from '../../../src/ledger/operator-acts.js';
import { listQuarantined } from '../../../src/ledger/quarantine.js';

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

/** What the first version of the schema held, beside purchases. */
async function fillFirstSchema(db: Database, purchaseOrderId: string): Promise<string> {
  const secret = randomBytes(32).toString('base64url');
  const hash = createHash('sha256').update(secret).digest();
  await db.query(`insert into api_keys (key_id, secret_hash, environment, realm) values ('0123456789ab', $1, 'production', 'game')`, [
    hash,
  ]);
  await db.query(`insert into operator_acts (purchase_order_id, kind, who, why) values ($1, 'retry', 'an operator', 'a ticket')`, [
    purchaseOrderId,
  ]);
  await db.query(`update purchases set state = 'revoked', revoked_at = now() where purchase_order_id = $1`, [purchaseOrderId]);
  await db.query(
    `insert into quarantine (code, purchase_order_id, application_id, key_id, jwe) values ('APPLICATION_UNKNOWN', 'o', 'a', 'k', 'j')`,
  );
  return `dlk_0123456789ab_${secret}`;
}

/** A granted order, as the statements of the first version wrote it. */
async function receiveAndGrantAtFirst(db: Database, account: Account): Promise<PurchaseOrderId> {
  const verified = toVerified();
  const accountKey = await ensureAccount(db, account);
  await db.query(
    `insert into purchases (purchase_order_id, state, environment, realm, application_id, product_id, product_type, quantity,
       purchased_at, signed_at, store_finished, finished_elsewhere, unexpected, account_key)
     values ($1, 'received', $2, $3, $4, 'gold60', 'consumable', 1, now(), now(), false, false, '{}', $5)`,
    [verified.purchaseOrderId, account.environment, account.realm, verified.applicationId, accountKey],
  );
  await db.query(
    `insert into evidence (purchase_order_id, environment, application_id, accepted, signed_at, verified_at, key_id, jwe)
     values ($1, $2, $3, true, now(), now(), 'test', 'sealed')`,
    [verified.purchaseOrderId, account.environment, verified.applicationId],
  );
  await grant(db, verified);
  return verified.purchaseOrderId;
}

test('a database in use since the first version is brought up to date with all that it holds', async () => {
  await withEmptyDatabase(async (url) => {
    await runner({
      databaseUrl: url,
      dir: MIGRATIONS_DIR,
      direction: 'up',
      migrationsTable: 'schema_migrations',
      count: 1,
      log: () => undefined,
    });
    const db = openDatabase({ url, poolSizeMax: 2, onIdleError: () => undefined });
    const account = toAccount();
    const purchaseOrderId = await receiveAndGrantAtFirst(db, account);
    const key = await fillFirstSchema(db, purchaseOrderId);
    await expect(checkSchema(db)).rejects.toMatchObject({ code: 'SCHEMA_TOO_OLD' });
    await migrate(url);
    await checkSchema(db);
    expect(await findApiKey(db, key)).toMatchObject({ realm: 'game', applications: undefined });
    expect(await listOperatorActs(db, purchaseOrderId)).toMatchObject([{ kind: 'retry', ...OPERATOR }]);
    expect(await forgetAccount(db, account, OPERATOR)).toBeDefined();
    expect(await listOpenPurchases(db, { olderThanMs: 0, limit: 9 })).toMatchObject([{ purchaseOrderId, standing: 'closed' }]);
    // Its environment was not kept: a person's matter, as before.
    expect(await listQuarantined(db, { applicationIds: ['a'], after: undefined, limit: 9 })).toEqual([]);
    expect((await db.query('select from quarantine')).rowCount).toBe(1);
    await db.close();
  });
});
