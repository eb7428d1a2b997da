import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { countRows, grant, receive, receiveAndGrant, toAccount, toVerified } from '../../support/ledger.js';
import type { Goods } from '../../../src/domain/goods.js';
import { listBalances } from '../../../src/ledger/balances.js';
import { listEntitlements } from '../../../src/ledger/entitlements.js';
import { findGrantedGoods } from '../../../src/ledger/granted-goods.js';
import { getPurchase } from '../../../src/ledger/purchases.js';
import { listPurchaseEvents } from '../../../src/ledger/timeline.js';

const GOODS: Goods = {
  currencies: [
    { currency: 'gold', amount: 60n },
    { currency: 'gem', amount: 5n },
  ],
  entitlements: [{ entitlement: 'pass', duration: 'P30D', quantity: 1 }],
};

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

/** Runs while any insert into (or update of) the table fails, as a bug or a full disk would make it. */
async function whileFailing(table: string, event: 'insert' | 'update', run: () => Promise<void>): Promise<void> {
  await database.db.query(
    `create function fail_${table}() returns trigger language plpgsql as $$ begin raise exception 'forced by a test'; end $$`,
  );
  await database.db.query(`create trigger forced before ${event} on ${table} for each row execute function fail_${table}()`);
  try {
    await run();
  } finally {
    await database.db.query(`drop function fail_${table} cascade`);
  }
}

test('L1 a grant writes state, grant, entries, balances, entitlement, timeline row and outgoing event', async () => {
  const { db } = database;
  const account = toAccount();
  const order = await receiveAndGrant(db, account, GOODS);
  expect(await getPurchase(db, order.purchaseOrderId)).toMatchObject({ state: 'granted', grantKind: 'goods' });
  expect(await findGrantedGoods(db, order.purchaseOrderId)).toEqual(GOODS);
  expect(await listBalances(db, account)).toEqual([
    { currency: 'gem', amount: 5n },
    { currency: 'gold', amount: 60n },
  ]);
  expect(await listEntitlements(db, account)).toMatchObject([{ entitlement: 'pass', active: true }]);
  expect((await listPurchaseEvents(db, order.purchaseOrderId)).map((event) => event.kind)).toEqual(['received', 'granted']);
  expect(await countRows(db, 'outgoing_events', order)).toBe(2);
  const { rows } = await db.query(
    `select account_key is null as store, currency, amount::int from entries join transfers using (transfer_id)
     where reference = $1 order by currency, amount`,
    [`grant:${order.purchaseOrderId}`],
  );
  expect(rows).toEqual([
    { store: true, currency: 'gem', amount: -5 },
    { store: false, currency: 'gem', amount: 5 },
    { store: true, currency: 'gold', amount: -60 },
    { store: false, currency: 'gold', amount: 60 },
  ]);
});

for (const table of ['grants', 'granted_entitlements', 'transfers', 'entries', 'balances', 'purchase_events', 'outgoing_events']) {
  test(`L1 a grant that cannot write ${table} writes nothing, and the next try grants all of it`, async () => {
    const { db } = database;
    const account = toAccount();
    const order = toVerified();
    await receive(db, order, account);
    await whileFailing(table, 'insert', async () => {
      await expect(grant(db, order, GOODS)).rejects.toThrow('forced by a test');
    });
    expect(await getPurchase(db, order.purchaseOrderId)).toMatchObject({ state: 'received', grantKind: undefined });
    for (const written of ['grants', 'granted_entitlements']) expect(await countRows(db, written, order)).toBe(0);
    for (const written of ['purchase_events', 'outgoing_events']) expect(await countRows(db, written, order)).toBe(1);
    expect(await listBalances(db, account)).toEqual([]);
    expect((await db.query('select from transfers where reference = $1', [`grant:${order.purchaseOrderId}`])).rowCount).toBe(0);
    expect(await grant(db, order, GOODS)).toBe('granted');
    expect(await listBalances(db, account)).toHaveLength(2);
  });
}

test('L1 a grant that a balance check refuses leaves the balance of another grant untouched', async () => {
  const { db } = database;
  const account = toAccount();
  await receiveAndGrant(db, account, GOODS);
  const order = toVerified();
  await receive(db, order, account);
  const tooMuch: Goods = { ...GOODS, currencies: [{ currency: 'gold', amount: 2n ** 63n - 1n }] };
  await expect(grant(db, order, tooMuch)).rejects.toMatchObject({ code: 'AMOUNT_TOO_LARGE' });
  expect(await getPurchase(db, order.purchaseOrderId)).toMatchObject({ state: 'received' });
  expect(await listBalances(db, account)).toContainEqual({ currency: 'gold', amount: 60n });
});

test('L1 a grant whose connection is lost before the commit has not happened', async () => {
  const { db } = database;
  const account = toAccount();
  const order = toVerified();
  await receive(db, order, account);
  const lost = db.transaction(async (tx) => {
    await grant(tx, order, GOODS);
    await tx.query('select pg_terminate_backend(pg_backend_pid())');
  });
  await expect(lost).rejects.toMatchObject({ code: 'LEDGER_UNAVAILABLE' });
  expect(await getPurchase(db, order.purchaseOrderId)).toMatchObject({ state: 'received' });
  expect(await listBalances(db, account)).toEqual([]);
});
