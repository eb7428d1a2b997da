import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { grant, OPERATOR, receive, receiveAndGrant, revoke, SEALED, toAccount, toVerified } from '../../support/ledger.js';
import { ensureAccount, findAccountKey, forgetAccount } from '../../../src/ledger/accounts.js';
import { listBalances, spendBalance } from '../../../src/ledger/balances.js';
import { acknowledgePurchase, closeUnfinishedPurchase, finishPurchase } from '../../../src/ledger/finish-purchase.js';
import { retryPurchase } from '../../../src/ledger/operator-acts.js';
import { parkPurchase } from '../../../src/ledger/park-purchase.js';
import { getPurchase } from '../../../src/ledger/purchases.js';
import { receivePurchase } from '../../../src/ledger/receive-purchase.js';
import { listPurchaseEvents } from '../../../src/ledger/timeline.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

for (const table of ['purchase_events', 'operator_acts']) {
  for (const statement of [`update ${table} set details = '{}'`, `delete from ${table}`, `truncate ${table}`]) {
    test(`L9 the database refuses "${statement}"`, async () => {
      await expect(database.db.query(statement)).rejects.toThrow(`${table} is append-only`);
    });
  }
}

test('L9 the timeline tells a purchase from receipt to revocation, in order', async () => {
  const { db } = database;
  const order = toVerified();
  const { purchaseOrderId } = order;
  await receive(db, order, toAccount());
  await parkPurchase(db, purchaseOrderId, 'PRODUCT_UNKNOWN');
  expect(await db.transaction((tx) => retryPurchase(tx, purchaseOrderId, 1, OPERATOR))).toBe(true);
  await grant(db, order);
  await acknowledgePurchase(db, purchaseOrderId, undefined);
  await finishPurchase(db, purchaseOrderId);
  await revoke(db, order);
  const events = await listPurchaseEvents(db, purchaseOrderId);
  expect(events.map((event) => event.kind)).toEqual(['received', 'parked', 'retried', 'granted', 'acknowledged', 'finished', 'revoked']);
  expect(events[1]?.details).toEqual({ reason: 'PRODUCT_UNKNOWN', park: 1 });
  expect(events[5]?.details).toEqual({ by: 'client' });
  const times = events.map((event) => event.occurredAt.getTime());
  expect(times).toEqual(times.toSorted((one, other) => one - other));
});

test('L9 the account’s name stands in one table alone', async () => {
  const { db } = database;
  const account = toAccount('a-name-that-stands-out');
  await ensureAccount(db, account, 'a-tag-that-stands-out');
  const order = await receiveAndGrant(db, account, {
    currencies: [{ currency: 'gold', amount: 60n }],
    entitlements: [{ entitlement: 'noads', duration: undefined, quantity: 1 }],
  });
  await spendBalance(db, { account, currency: 'gold', amount: 10n, idempotencyKey: 'one' });
  await acknowledgePurchase(db, order.purchaseOrderId, await findAccountKey(db, account));
  await revoke(db, order);
  const { rows } = await db.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  const holding: string[] = [];
  for (const { name } of rows) {
    const found = await db.query(`select from ${name} as line where line::text like '%stands-out%'`);
    if (found.rowCount !== 0) holding.push(name);
  }
  expect(holding).toEqual(['accounts']);
});

test('L9 a forgotten account’s name is gone, and its purchases, balances and timeline stand under its number', async () => {
  const { db } = database;
  const account = toAccount();
  const order = await receiveAndGrant(db, account);
  const before = await getPurchase(db, order.purchaseOrderId);
  expect(await forgetAccount(db, account, OPERATOR)).toBe(before.accountKey);
  expect(await forgetAccount(db, account, OPERATOR)).toBeUndefined();
  expect(await findAccountKey(db, account)).toBeUndefined();
  expect(await getPurchase(db, order.purchaseOrderId)).toEqual({ ...before, account: undefined });
  expect(await listPurchaseEvents(db, order.purchaseOrderId)).toHaveLength(2);
  expect(await revoke(db, order)).toBe('revoked');
});

test('L9 a forgetting is recorded once, with who and why, under the number that is left', async () => {
  const { db } = database;
  const account = toAccount();
  const key = await ensureAccount(db, account);
  await forgetAccount(db, account, OPERATOR);
  await forgetAccount(db, account, OPERATOR);
  const { rows } = await db.query('select purchase_order_id, kind, who, why, details from operator_acts where account_key = $1', [key]);
  expect(rows).toEqual([{ purchase_order_id: null, kind: 'forget', ...OPERATOR, details: {} }]);
});

test('L9 a player who comes back after being forgotten is a new account, intents included, and owns nothing of before', async () => {
  const { db } = database;
  const account = toAccount();
  const tag = 'tag-of-a-player-who-comes-back';
  const before = await ensureAccount(db, account, tag);
  await receiveAndGrant(db, account);
  await forgetAccount(db, account, OPERATOR);
  const after = await ensureAccount(db, account, tag);
  expect(after).not.toBe(before);
  expect(await listBalances(db, account)).toEqual([]);
  const { purchase } = await receivePurchase(db, toVerified(), 'game', { tag }, SEALED);
  expect(purchase.accountKey).toBe(after);
});

test('a purchase parked again for the same reason keeps its number, and another reason takes the next', async () => {
  const { db } = database;
  const { purchaseOrderId } = (await receive(db, toVerified(), toAccount())).purchase;
  expect(await parkPurchase(db, purchaseOrderId, 'PRODUCT_UNKNOWN')).toMatchObject({ number: 1 });
  expect(await parkPurchase(db, purchaseOrderId, 'PRODUCT_UNKNOWN')).toMatchObject({ number: 1 });
  expect(await parkPurchase(db, purchaseOrderId, 'BEFORE_ADOPTION')).toMatchObject({ number: 2 });
  expect((await listPurchaseEvents(db, purchaseOrderId)).map((event) => event.kind)).toEqual(['received', 'parked', 'parked']);
});

test('an act that names a park of before counts for nothing', async () => {
  const { db } = database;
  const { purchaseOrderId } = (await receive(db, toVerified(), toAccount())).purchase;
  await parkPurchase(db, purchaseOrderId, 'PRODUCT_UNKNOWN');
  await parkPurchase(db, purchaseOrderId, 'BEFORE_ADOPTION');
  expect(await db.transaction((tx) => retryPurchase(tx, purchaseOrderId, 1, OPERATOR))).toBe(false);
  expect((await getPurchase(db, purchaseOrderId)).park).toMatchObject({ reason: 'BEFORE_ADOPTION', number: 2 });
});

test('a granted purchase cannot be parked', async () => {
  const order = await receiveAndGrant(database.db, toAccount());
  expect(await parkPurchase(database.db, order.purchaseOrderId, 'OWNER_UNKNOWN')).toBeUndefined();
});

test('the first acknowledgement counts, before the grant too, and is used after it', async () => {
  const { db } = database;
  const order = toVerified();
  const { purchaseOrderId } = order;
  await receive(db, order, toAccount());
  const first = await acknowledgePurchase(db, purchaseOrderId, await ensureAccount(db, toAccount()));
  const second = await acknowledgePurchase(db, purchaseOrderId, await ensureAccount(db, toAccount()));
  expect(second).toEqual(first);
  expect(await finishPurchase(db, purchaseOrderId)).toBe('received');
  await grant(db, order);
  expect(await finishPurchase(db, purchaseOrderId)).toBe('finished');
  expect((await getPurchase(db, purchaseOrderId)).finishedBy).toBe('client');
});

test('a granted purchase whose finish nobody knows stays granted, and closing it twice tells it once', async () => {
  const { db } = database;
  const { purchaseOrderId } = await receiveAndGrant(db, toAccount());
  expect(await finishPurchase(db, purchaseOrderId)).toBe('granted');
  for (let times = 0; times < 2; times += 1) await closeUnfinishedPurchase(db, purchaseOrderId);
  expect((await listPurchaseEvents(db, purchaseOrderId)).map((event) => event.kind)).toEqual(['received', 'granted', 'finish-unknown']);
  await acknowledgePurchase(db, purchaseOrderId, undefined);
  expect(await finishPurchase(db, purchaseOrderId)).toBe('finished');
});
