import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { absorb, countRows, grant, receive, receiveAndGrant, toAccount, toVerified } from '../../support/ledger.js';
import type { Goods } from '../../../src/domain/goods.js';
import { listBalances } from '../../../src/ledger/balances.js';
import { listEntitlements } from '../../../src/ledger/entitlements.js';
import { acknowledgePurchase, finishPurchase } from '../../../src/ledger/finish-purchase.js';
import { getPurchase } from '../../../src/ledger/purchases.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const OTHER_GOODS: Goods = {
  currencies: [{ currency: 'gold', amount: 1_000n }],
  entitlements: [{ entitlement: 'pass', duration: undefined, quantity: 1 }],
};

test('L2 granting again changes nothing and answers with the stored state', async () => {
  const { db } = database;
  const account = toAccount();
  const order = await receiveAndGrant(db, account);
  const before = await getPurchase(db, order.purchaseOrderId);
  expect(await grant(db, order)).toBe('granted');
  expect(await getPurchase(db, order.purchaseOrderId)).toEqual(before);
  expect(await listBalances(db, account)).toEqual([{ currency: 'gold', amount: 60n }]);
  expect(await countRows(db, 'purchase_events', order)).toBe(2);
  expect(await countRows(db, 'outgoing_events', order)).toBe(2);
});

test('L2 granting again with other goods, after the catalogue changed, adds none of them', async () => {
  const { db } = database;
  const account = toAccount();
  const order = await receiveAndGrant(db, account);
  expect(await grant(db, order, OTHER_GOODS)).toBe('granted');
  expect(await listBalances(db, account)).toEqual([{ currency: 'gold', amount: 60n }]);
  expect(await listEntitlements(db, account)).toEqual([]);
});

test('L2 granting a finished purchase again answers finished', async () => {
  const { db } = database;
  const account = toAccount();
  const order = await receiveAndGrant(db, account);
  await acknowledgePurchase(db, order.purchaseOrderId, undefined);
  expect(await finishPurchase(db, order.purchaseOrderId)).toBe('finished');
  expect(await grant(db, order)).toBe('finished');
  expect(await listBalances(db, account)).toEqual([{ currency: 'gold', amount: 60n }]);
});

test('L2 twenty grants of one order at once put its goods there once, and all hear granted', async () => {
  const { db } = database;
  const account = toAccount();
  const order = toVerified();
  await receive(db, order, account);
  const states = await Promise.all(Array.from({ length: 20 }, () => grant(db, order)));
  expect(new Set(states)).toEqual(new Set(['granted']));
  expect(await listBalances(db, account)).toEqual([{ currency: 'gold', amount: 60n }]);
  expect(await countRows(db, 'grants', order)).toBe(1);
});

test('L2 grants of twenty orders to one account at once are all there', async () => {
  const { db } = database;
  const account = toAccount();
  await Promise.all(Array.from({ length: 20 }, () => receiveAndGrant(db, account)));
  expect(await listBalances(db, account)).toEqual([{ currency: 'gold', amount: 1_200n }]);
});

test('L2 goods computed for another product or quantity than the row says are not granted', async () => {
  const { db } = database;
  const order = toVerified();
  await receive(db, order, toAccount());
  expect(await grant(db, { ...order, quantity: 2 })).toBe('received');
  expect(await grant(db, { ...order, productId: 'noads' })).toBe('received');
  expect(await grant(db, order)).toBe('granted');
});

test('L2 a purchase without an owner, or not yet paid, is not granted', async () => {
  const { db } = database;
  const unowned = toVerified();
  await receive(db, unowned);
  expect(await grant(db, unowned)).toBe('received');
  const unpaid = toVerified({ purchasedAtMs: undefined });
  await receive(db, unpaid, toAccount());
  expect(await grant(db, unpaid)).toBe('received');
});

test('L4 the grants table itself refuses a second grant of an order', async () => {
  const { db } = database;
  const order = await receiveAndGrant(db, toAccount());
  const again = db.query('insert into grants select * from grants where purchase_order_id = $1', [order.purchaseOrderId]);
  await expect(again).rejects.toMatchObject({ constraint: 'grants_one_per_purchase' });
});

test('L4 twenty receipts of one order at once insert it once, with one piece of evidence', async () => {
  const { db } = database;
  const order = toVerified();
  const account = toAccount();
  const receipts = await Promise.all(Array.from({ length: 20 }, () => receive(db, order, account)));
  expect(receipts.filter((receipt) => receipt.isNew)).toHaveLength(1);
  expect(new Set(receipts.map((receipt) => receipt.purchase.purchaseOrderId))).toEqual(new Set([order.purchaseOrderId]));
  expect(await countRows(db, 'evidence', order)).toBe(1);
  expect(await countRows(db, 'purchase_events', order)).toBe(1);
});

for (const [what, changes] of [
  ['environment', { environment: 'sandbox' }],
  ['application', { applicationId: '5765880207854350002' }],
] as const) {
  test(`L4 the same order id with another ${what} is a conflict: kept as evidence and told, and nothing else changes`, async () => {
    const { db } = database;
    const account = toAccount();
    const order = await receiveAndGrant(db, account);
    const before = await getPurchase(db, order.purchaseOrderId);
    const conflicting = { ...order, ...changes, quantity: 9, revocation: { reasonCode: '0', revokedAtMs: undefined } };
    expect((await receive(db, conflicting)).isNew).toBe(false);
    expect(await absorb(db, conflicting)).toBe('conflict');
    expect(await getPurchase(db, order.purchaseOrderId)).toEqual(before);
    expect(await listBalances(db, account)).toEqual([{ currency: 'gold', amount: 60n }]);
    const { rows } = await db.query('select environment, application_id from evidence where purchase_order_id = $1 and not accepted', [
      order.purchaseOrderId,
    ]);
    expect(rows).toEqual([{ environment: conflicting.environment, application_id: conflicting.applicationId }]);
    const { rows: told } = await db.query(
      `select details from purchase_events where purchase_order_id = $1 and kind = 'order-id-conflict'`,
      [order.purchaseOrderId],
    );
    expect(told).toEqual([{ details: { environment: conflicting.environment, applicationId: conflicting.applicationId } }]);
  });
}

test('L4 a conflict presented again and again is kept once', async () => {
  const { db } = database;
  const order = await receiveAndGrant(db, toAccount());
  const conflicting = { ...order, environment: 'sandbox' as const };
  for (const signedAtMs of [1, 2, 3]) expect(await absorb(db, { ...conflicting, signedAtMs })).toBe('conflict');
  expect(await countRows(db, 'evidence', order)).toBe(2);
  expect(await countRows(db, 'purchase_events', order)).toBe(3);
});
