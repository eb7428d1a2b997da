import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import {
  absorb,
  countRows,
  grant,
  listMoved,
  OPERATOR,
  receive,
  receiveAndGrant,
  revoke,
  REVOCATION,
  toAccount,
  toVerified,
} from '../../support/ledger.js';
import { pollUntil } from '../../../dev/stack/poll-until.js';
import type { Goods } from '../../../src/domain/goods.js';
import { listBalances, spendBalance } from '../../../src/ledger/balances.js';
import { listEntitlements } from '../../../src/ledger/entitlements.js';
import { acknowledgePurchase, finishPurchase } from '../../../src/ledger/finish-purchase.js';
import { releasePurchase, resolvePurchase } from '../../../src/ledger/operator-acts.js';
import { parkPurchase } from '../../../src/ledger/park-purchase.js';
import { getPurchase } from '../../../src/ledger/purchases.js';
import { revokePurchase } from '../../../src/ledger/revoke-purchase.js';
import { listPurchaseEvents } from '../../../src/ledger/timeline.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

test('L3 a purchase revoked before its grant is never granted', async () => {
  const { db } = database;
  const account = toAccount();
  const order = toVerified();
  await receive(db, order, account);
  expect(await revoke(db, order)).toBe('refused');
  expect(await grant(db, order)).toBe('refused');
  expect(await listBalances(db, account)).toEqual([]);
  expect(await countRows(db, 'grants', order)).toBe(0);
});

test('L3 a granted purchase that is revoked gives back what it granted', async () => {
  const { db } = database;
  const account = toAccount();
  const goods: Goods = {
    currencies: [
      { currency: 'gold', amount: 60n },
      { currency: 'gem', amount: 5n },
    ],
    entitlements: [{ entitlement: 'pass', duration: 'P30D', quantity: 1 }],
  };
  const order = await receiveAndGrant(db, account, goods);
  expect(await revoke(db, order)).toBe('revoked');
  expect(await grant(db, order, goods)).toBe('revoked');
  expect((await listBalances(db, account)).map((balance) => balance.amount)).toEqual([0n, 0n]);
  expect(await listEntitlements(db, account)).toEqual([]);
  expect(await listMoved(db, `revocation:${order.purchaseOrderId}`)).toEqual([
    { currency: 'gem', amount: '-5' },
    { currency: 'gold', amount: '-60' },
  ]);
});

test('L3 a finished purchase can be revoked too, and takes back the amounts that its grant recorded', async () => {
  const { db } = database;
  const account = toAccount();
  const order = await receiveAndGrant(db, account);
  await acknowledgePurchase(db, order.purchaseOrderId, undefined);
  await finishPurchase(db, order.purchaseOrderId);
  expect(await revoke(db, order)).toBe('revoked');
  expect(await finishPurchase(db, order.purchaseOrderId)).toBe('revoked');
  expect(await listBalances(db, account)).toEqual([{ currency: 'gold', amount: 0n }]);
});

test('L3 ten revocations of one purchase at once take back once', async () => {
  const { db } = database;
  const account = toAccount();
  await receiveAndGrant(db, account);
  const order = await receiveAndGrant(db, account);
  const states = await Promise.all(Array.from({ length: 10 }, () => revoke(db, order)));
  expect(new Set(states)).toEqual(new Set(['revoked']));
  expect(await listBalances(db, account)).toEqual([{ currency: 'gold', amount: 60n }]);
  expect((await listPurchaseEvents(db, order.purchaseOrderId)).map((event) => event.kind)).toEqual(['received', 'granted', 'revoked']);
});

/** Waits until a statement of another session stands before a lock. */
async function untilBlocked(): Promise<void> {
  const blocked = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
  await pollUntil(async () => (await database.db.query(blocked)).rowCount === 1, { deadlineMs: 4_000, intervalMs: 5 });
}

test('L3 a grant that waits behind a revocation grants nothing', async () => {
  const { db } = database;
  const account = toAccount();
  const order = toVerified();
  await receive(db, order, account);
  const waiting = await db.transaction(async (tx) => {
    await revokePurchase(tx, order.purchaseOrderId, REVOCATION);
    const granted = grant(db, order);
    await untilBlocked();
    return { granted }; // Boxed, so that the commit does not wait for it.
  });
  expect(await waiting.granted).toBe('refused');
  expect(await listBalances(db, account)).toEqual([]);
});

test('L3 a revocation that waits behind a grant takes its goods back', async () => {
  const { db } = database;
  const account = toAccount();
  const order = toVerified();
  await receive(db, order, account);
  const waiting = await db.transaction(async (tx) => {
    await grant(tx, order);
    const revoked = revoke(db, order);
    await untilBlocked();
    return { revoked };
  });
  expect(await waiting.revoked).toBe('revoked');
  expect(await listBalances(db, account)).toEqual([{ currency: 'gold', amount: 0n }]);
});

test('L3 whichever of grant and revocation comes first, nothing is left of the goods', async () => {
  const { db } = database;
  const race = async (round: number) => {
    const account = toAccount();
    const order = toVerified();
    await receive(db, order, account);
    const both = [() => grant(db, order), () => revoke(db, order)];
    if (round % 2 === 1) both.reverse();
    await Promise.all(both.map((act) => act()));
    expect(['refused', 'revoked']).toContain((await getPurchase(db, order.purchaseOrderId)).state);
    expect((await listBalances(db, account)).every((balance) => balance.amount === 0n)).toBe(true);
  };
  for (let from = 0; from < 40; from += 8) await Promise.all(Array.from({ length: 8 }, (_, index) => race(from + index)));
});

test('L3 a revocation of an unknown order inserts it, closed, with its evidence and its timeline', async () => {
  const { db } = database;
  const account = toAccount();
  const order = toVerified({ revocation: { reasonCode: '0', revokedAtMs: 1_700_000_000_000 } });
  const { purchase, isNew } = await receive(db, order, account);
  expect(isNew).toBe(true);
  expect(purchase).toMatchObject({ state: 'refused', revokedAt: new Date(1_700_000_000_000) });
  expect(await countRows(db, 'evidence', order)).toBe(1);
  expect((await listPurchaseEvents(db, order.purchaseOrderId)).map((event) => event.kind)).toEqual(['refused']);
  expect(await grant(db, order)).toBe('refused');
});

test('L3 revocation is sticky: what the store signed before or after it without the code changes nothing', async () => {
  const { db } = database;
  const order = await receiveAndGrant(db, toAccount());
  expect(await absorb(db, { ...order, revocation: REVOCATION })).toBe('revoked');
  const after = { ...order, signedAtMs: order.signedAtMs + 60_000, storeFinished: true };
  expect(await absorb(db, after)).toBe('none');
  expect(await getPurchase(db, order.purchaseOrderId)).toMatchObject({ state: 'revoked', storeFinished: false });
});

test('L3 a revoked purchase is not released by an operator, and the table refuses a grant beside a revocation', async () => {
  const { db } = database;
  const order = toVerified();
  await receive(db, order, toAccount());
  await revoke(db, order);
  const released = db.transaction((tx) => releasePurchase(tx, order.purchaseOrderId, [], undefined, OPERATOR));
  await expect(released).rejects.toMatchObject({ code: 'PURCHASE_REVOKED' });
  const forced = db.query(`update purchases set state = 'granted' where purchase_order_id = $1`, [order.purchaseOrderId]);
  await expect(forced).rejects.toMatchObject({ constraint: 'purchases_revoked_is_closed' });
});

test('L3 revoking an order that another system delivered, or that an operator refused, takes nothing from the account', async () => {
  const { db } = database;
  const account = toAccount();
  await receiveAndGrant(db, account);
  for (const [as, state] of [
    ['granted-elsewhere', 'revoked'],
    ['refused', 'refused'],
  ] as const) {
    const order = toVerified();
    await receive(db, order, account);
    const park = await parkPurchase(db, order.purchaseOrderId, 'FINISHED_ELSEWHERE');
    await db.transaction((tx) => resolvePurchase(tx, order.purchaseOrderId, park?.number ?? 0, as, OPERATOR));
    expect(await revoke(db, order)).toBe(state);
    expect(await listMoved(db, `revocation:${order.purchaseOrderId}`)).toBeUndefined();
  }
  expect(await listBalances(db, account)).toEqual([{ currency: 'gold', amount: 60n }]);
});

test('take-back-floor-zero takes back what is left after a spend, and its timeline tells both amounts', async () => {
  const { db } = database;
  const account = toAccount();
  const order = await receiveAndGrant(db, account);
  await spendBalance(db, { account, currency: 'gold', amount: 45n, idempotencyKey: 'one' });
  expect(await revoke(db, order)).toBe('revoked');
  expect(await listBalances(db, account)).toEqual([{ currency: 'gold', amount: 0n }]);
  const events = await listPurchaseEvents(db, order.purchaseOrderId);
  expect(events.at(-1)).toMatchObject({
    kind: 'revoked',
    details: { policy: 'take-back-floor-zero', taken: [{ currency: 'gold', granted: '60', taken: '15' }] },
  });
});

test('take-back-floor-zero moves nothing when all is spent, and closes the purchase all the same', async () => {
  const { db } = database;
  const account = toAccount();
  const order = await receiveAndGrant(db, account);
  await spendBalance(db, { account, currency: 'gold', amount: 60n, idempotencyKey: 'all' });
  expect(await revoke(db, order)).toBe('revoked');
  expect(await listMoved(db, `revocation:${order.purchaseOrderId}`)).toBeUndefined();
  expect(await listBalances(db, account)).toEqual([{ currency: 'gold', amount: 0n }]);
});

test('take-back-floor-zero takes only what this purchase granted, not what others did', async () => {
  const { db } = database;
  const account = toAccount();
  const order = await receiveAndGrant(db, account);
  await receiveAndGrant(db, account, { currencies: [{ currency: 'gold', amount: 1_000n }], entitlements: [] });
  await revoke(db, order);
  expect(await listBalances(db, account)).toEqual([{ currency: 'gold', amount: 1_000n }]);
});

test('take-back-floor-zero and a spend at the same moment never go below zero and never lose an amount', async () => {
  const { db } = database;
  const race = async () => {
    const account = toAccount();
    const order = await receiveAndGrant(db, account);
    const spend = spendBalance(db, { account, currency: 'gold', amount: 45n, idempotencyKey: 'one' }).then(
      () => 45n,
      () => 0n,
    );
    const [spent] = await Promise.all([spend, revoke(db, order)]);
    const taken = BigInt((await listMoved(db, `revocation:${order.purchaseOrderId}`))?.[0]?.amount ?? '0');
    expect(spent - taken).toBe(60n);
    expect(await listBalances(db, account)).toEqual([{ currency: 'gold', amount: 0n }]);
  };
  await Promise.all(Array.from({ length: 8 }, race));
});
