import { afterEach, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { absorb, OPERATOR, receive, receiveAndGrant, revoke, toAccount, toVerified } from '../../support/ledger.js';
import { restartStranded } from '../../../src/activities/restart-stranded.js';
import type { PurchaseOrderId } from '../../../src/domain/ids.js';
import type { VerifiedPurchase } from '../../../src/domain/purchase.js';
import { ensureAccount } from '../../../src/ledger/accounts.js';
import { acknowledgePurchase } from '../../../src/ledger/finish-purchase.js';
import { listOpenPurchases, markRunWoken, takeOpenPurchases, type OpenPurchase } from '../../../src/ledger/open-purchases.js';
import { attachPurchase, releasePurchase } from '../../../src/ledger/operator-acts.js';
import { parkPurchase } from '../../../src/ledger/park-purchase.js';

let database: TestDatabase;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(() => database.close());

const EVERY = { olderThanMs: -1_000, limit: 100 };
const take = () => takeOpenPurchases(database.db, EVERY);

async function receiveOne(): Promise<PurchaseOrderId> {
  const order = toVerified();
  await receive(database.db, order, toAccount());
  return order.purchaseOrderId;
}

/** As if the order had come in and its run had been woken this long ago. */
async function age(id: PurchaseOrderId, receivedSecondsAgo: number, wokenSecondsAgo: number | null): Promise<void> {
  await database.db.query(
    `update purchases set received_at = now() - $2 * interval '1 second', run_woken_at = now() - $3 * interval '1 second'
     where purchase_order_id = $1`,
    [id, receivedSecondsAgo, wokenSecondsAgo],
  );
}

test('orders that nothing excuses from progress come before those that wait for a person or the client', async () => {
  const parked = await receiveOne();
  await parkPurchase(database.db, parked, 'PRODUCT_UNKNOWN');
  const granted = await receiveAndGrant(database.db, toAccount());
  const acknowledged = await receiveAndGrant(database.db, toAccount());
  await acknowledgePurchase(database.db, acknowledged.purchaseOrderId, undefined);
  const received = await receiveOne();
  const standings = new Map((await take()).map(({ purchaseOrderId, standing }) => [purchaseOrderId, standing]));
  expect(standings).toEqual(
    new Map([
      [received, 'overdue'],
      [acknowledged.purchaseOrderId, 'overdue'],
      [parked, 'waiting'],
      [granted.purchaseOrderId, 'waiting'],
    ]),
  );
  const [first, second] = await takeOpenPurchases(database.db, { ...EVERY, limit: 2 });
  expect([first?.standing, second?.standing]).toEqual(['overdue', 'overdue']);
});

test('a revoked order is taken until its run has been told, and comes up for recover too', async () => {
  const order = await receiveAndGrant(database.db, toAccount());
  await markRunWoken(database.db, order.purchaseOrderId);
  await revoke(database.db, order);
  const closed: OpenPurchase = { purchaseOrderId: order.purchaseOrderId, standing: 'closed', mayWake: true, isLate: false };
  expect(await take()).toEqual([closed]);
  expect(await take()).toEqual([closed]);
  expect(await listOpenPurchases(database.db, EVERY)).toMatchObject([{ purchaseOrderId: order.purchaseOrderId, standing: 'closed' }]);
  await markRunWoken(database.db, order.purchaseOrderId);
  expect(await take()).toEqual([]);
  expect(await listOpenPurchases(database.db, EVERY)).toEqual([]);
});

test('recover wakes no run of an order that came or moved on a moment ago', async () => {
  const id = await receiveOne();
  expect(await listOpenPurchases(database.db, EVERY)).toMatchObject([{ purchaseOrderId: id, mayWake: false }]);
  await age(id, 60, null);
  expect(await listOpenPurchases(database.db, EVERY)).toMatchObject([{ purchaseOrderId: id, mayWake: true }]);
});

test.each([
  ['at once when it was never woken', 60, undefined, true, false],
  ['not again so soon', 130, 50, false, false],
  ['again after as long as it had been overdue', 130, 66, true, false],
  ['not within the hour, however long it has been overdue, and people hear of it', 200_000, 3_500, false, true],
  ['each hour in the end, and people hear of it', 200_000, 3_700, true, true],
])('an overdue order is woken %s', async (_, received, woken, mayWake, isLate) => {
  const id = await receiveOne();
  await (woken === undefined ? undefined : age(id, received, woken));
  expect(await take()).toEqual([{ purchaseOrderId: id, standing: 'overdue', mayWake, isLate }]);
});

test.each<[string, (order: VerifiedPurchase) => Promise<unknown>]>([
  ['the client', ({ purchaseOrderId }) => acknowledgePurchase(database.db, purchaseOrderId, undefined)],
  ['fresh evidence', (order) => absorb(database.db, { ...order, signedAtMs: order.signedAtMs + 1_000, storeFinished: true })],
  ['an operator’s release', ({ purchaseOrderId }) => release(purchaseOrderId)],
  ['an operator who names the owner', ({ purchaseOrderId }) => attach(purchaseOrderId)],
])('an order that %s has brought on since it was woken is woken again at once', async (_, bringOn) => {
  const order = toVerified();
  await receive(database.db, order);
  await parkPurchase(database.db, order.purchaseOrderId, 'OWNER_UNKNOWN');
  await age(order.purchaseOrderId, 200_000, 50);
  await bringOn(order);
  expect(await take()).toMatchObject([{ purchaseOrderId: order.purchaseOrderId, mayWake: true, isLate: false }]);
});

const release = (id: PurchaseOrderId) => database.db.transaction((tx) => releasePurchase(tx, id, [], undefined, OPERATOR));

async function attach(id: PurchaseOrderId): Promise<void> {
  const accountKey = await ensureAccount(database.db, toAccount());
  await database.db.transaction((tx) => attachPurchase(tx, id, accountKey, OPERATOR));
}

test('one order that cannot be started does not keep the sweep from the others', async () => {
  const ids = await Promise.all(Array.from({ length: 12 }, receiveOne));
  const [failing] = ids;
  const asked: PurchaseOrderId[] = [];
  const startFulfilment = ({ purchaseOrderId }: OpenPurchase) => {
    asked.push(purchaseOrderId);
    return purchaseOrderId === failing ? Promise.reject(new Error('not this one')) : Promise.resolve('started' as const);
  };
  const { db } = database;
  expect(await restartStranded({ db, startFulfilment, rejudgeQuarantine: () => Promise.resolve(), strandedAfterMs: 0 })).toEqual({
    checked: 12,
    started: 11,
  });
  expect(new Set(asked)).toEqual(new Set(ids));
});
