import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { OPERATOR, receive, toAccount, toVerified } from '../../support/ledger.js';
import { pollUntil } from '../../../dev/stack/poll-until.js';
import type { PurchaseOrderId } from '../../../src/domain/ids.js';
import { ensureAccount } from '../../../src/ledger/accounts.js';
import type { Transaction } from '../../../src/ledger/database.js';
import { attachPurchase, listOperatorActs, releasePurchase, retryPurchase } from '../../../src/ledger/operator-acts.js';
import { parkPurchase } from '../../../src/ledger/park-purchase.js';
import { getPurchase } from '../../../src/ledger/purchases.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

/** Waits until a statement of another session stands before a lock. */
async function untilBlocked(): Promise<void> {
  const blocked = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await pollUntil(async () => (await database.db.query(blocked)).rowCount === 1, { deadlineMs: 4_000, intervalMs: 5 });
}

async function receiveParked(): Promise<{ id: PurchaseOrderId; park: number }> {
  const { purchaseOrderId: id } = (await receive(database.db, toVerified())).purchase;
  const park = await parkPurchase(database.db, id, 'OWNER_UNKNOWN');
  return { id, park: park?.number ?? 0 };
}

test.each([
  ['release', (tx: Transaction, id: PurchaseOrderId, park: number) => releasePurchase(tx, id, [], undefined, { ...OPERATOR, park })],
  [
    'attach',
    async (tx: Transaction, id: PurchaseOrderId, park: number) =>
      attachPurchase(tx, id, await ensureAccount(tx, toAccount()), { ...OPERATOR, park }),
  ],
])('a %s that waits while the order is parked anew is refused, and not recorded', async (_, act) => {
  const { db } = database;
  const { id, park } = await receiveParked();
  const waiting = await db.transaction(async (tx) => {
    await retryPurchase(tx, id, park, OPERATOR);
    await parkPurchase(tx, id, 'FINISHED_ELSEWHERE');
    const acted = db.transaction((other) => act(other, id, park)).catch((error: unknown) => error);
    await untilBlocked();
    return { acted }; // Boxed, so that the commit does not wait for it.
  });
  expect(await waiting.acted).toMatchObject({ code: 'PARK_NUMBER_STALE' });
  expect(await getPurchase(db, id)).toMatchObject({ accountKey: undefined, park: { reason: 'FINISHED_ELSEWHERE', number: park + 1 } });
  expect(await listOperatorActs(db, id)).toMatchObject([{ kind: 'retry' }]);
});

test('an act that names no park counts for whichever the order has', async () => {
  const { db } = database;
  const { id } = await receiveParked();
  const key = await ensureAccount(db, toAccount());
  await db.transaction((tx) => attachPurchase(tx, id, key, OPERATOR));
  expect(await getPurchase(db, id)).toMatchObject({ accountKey: key, park: undefined });
});

test('an attach to the account that owns the order already is refused, and not recorded', async () => {
  const { db } = database;
  const account = toAccount();
  const { purchaseOrderId } = (await receive(db, toVerified(), account)).purchase;
  const key = await ensureAccount(db, account);
  await expect(db.transaction((tx) => attachPurchase(tx, purchaseOrderId, key, OPERATOR))).rejects.toMatchObject({ code: 'ALREADY_OWNED' });
  expect(await listOperatorActs(db, purchaseOrderId)).toEqual([]);
});
