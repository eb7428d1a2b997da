import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { grant, receive, toAccount, toVerified } from '../../support/ledger.js';
import { findFreePort } from '../../../dev/stack/free-port.js';
import { openDatabase, type Database } from '../../../src/ledger/database.js';
import { checkDurability, type Durability } from '../../../src/ledger/durability.js';
import { getPurchase } from '../../../src/ledger/purchases.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const ACKNOWLEDGED: Durability = 'single-node-acknowledged';

/** In a session where the setting stands, as a server finds it that a database or role was configured so. */
function checkUnder(setting: string, durability: Durability | undefined): Promise<void> {
  return database.db.transaction(async (tx) => {
    await tx.query(`set local synchronous_commit = ${setting}`);
    await checkDurability(tx, durability);
  });
}

for (const setting of ['off', 'local']) {
  test(`L11 synchronous_commit = ${setting} is refused, whatever the configuration acknowledges`, async () => {
    const refused = { code: 'DURABILITY_NOT_PROMISED', field: 'synchronous_commit' };
    await expect(checkUnder(setting, ACKNOWLEDGED)).rejects.toMatchObject(refused);
    await expect(checkUnder(setting, 'synchronous-standby')).rejects.toMatchObject(refused);
  });
}

test('L11 a database without a synchronous standby needs an explicit acknowledgement in the configuration', async () => {
  const refused = { code: 'DURABILITY_NOT_PROMISED', field: 'synchronous_standby_names' };
  await expect(checkUnder('on', undefined)).rejects.toMatchObject(refused);
  await expect(checkUnder('on', 'synchronous-standby')).rejects.toMatchObject(refused);
  await expect(checkUnder('on', ACKNOWLEDGED)).resolves.toBeUndefined();
});

test('L11 a database with a synchronous standby needs no acknowledgement', async () => {
  const { db } = database;
  // The setting is the whole server's, and every commit would wait for a standby that is not there: only its answer is changed.
  const standby: Database = {
    ...db,
    query: (text, values) => db.query(text.replace(`current_setting('synchronous_standby_names')`, `'first 1 (standby)'`), values),
  };
  await expect(checkDurability(standby, undefined)).resolves.toBeUndefined();
});

test('L11 what a grant has answered is in the database that another connection reads', async () => {
  const { db, url } = database;
  const order = toVerified();
  await receive(db, order, toAccount());
  expect(await grant(db, order)).toBe('granted');
  const other = openDatabase({ url, poolSizeMax: 1, onIdleError: () => undefined });
  expect((await getPurchase(other, order.purchaseOrderId)).state).toBe('granted');
  await other.close();
});

test('a connection lost inside a transaction is an answer to its caller, and the pool goes on', async () => {
  const { db } = database;
  const lost = db.transaction((tx) => tx.query('select pg_terminate_backend(pg_backend_pid())'));
  await expect(lost).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  expect((await db.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});

test('a connection lost between two statements of a transaction rolls all of it back', async () => {
  const { db, url } = database;
  const killer = openDatabase({ url, poolSizeMax: 1, onIdleError: () => undefined });
  const order = toVerified();
  await receive(db, order, toAccount());
  const lost = db.transaction(async (tx) => {
    const { rows } = await tx.query<{ pid: number }>('select pg_backend_pid() as pid');
    await grant(tx, order);
    await killer.query('select pg_terminate_backend($1, 5000)', [rows[0]?.pid]);
  });
  await expect(lost).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  expect((await getPurchase(db, order.purchaseOrderId)).state).toBe('received');
  await killer.close();
});

test('a database that cannot be reached is LEDGER_UNAVAILABLE, for a statement and for a transaction', async () => {
  const db = openDatabase({
    url: `postgres://nobody@127.0.0.1:${await findFreePort()}/none`,
    poolSizeMax: 1,
    onIdleError: () => undefined,
  });
  await expect(db.query('select 1')).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  await expect(db.transaction((tx) => tx.query('select 1'))).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  await db.close();
});

test('a mistake in a statement is not taken for a database that is down', async () => {
  await expect(database.db.query('select from no_such_table')).rejects.toMatchObject({ code: '42P01' });
});
