import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { receiveAndGrant, revoke, toAccount } from '../../support/ledger.js';
import type { Goods } from '../../../src/domain/goods.js';
import type { Account } from '../../../src/domain/ids.js';
import type { VerifiedPurchase } from '../../../src/domain/purchase.js';
import { listEntitlements } from '../../../src/ledger/entitlements.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function entitle(entitlement: string, duration: string | undefined, quantity = 1): Goods {
  return { currencies: [], entitlements: [{ entitlement, duration, quantity }] };
}

/** Grants, and writes the grant into the past: the ledger takes its times from the database alone. */
async function grantAt(account: Account, at: Date, goods: Goods): Promise<VerifiedPurchase> {
  const order = await receiveAndGrant(database.db, account, goods);
  await database.db.query('update granted_entitlements set granted_at = $2 where purchase_order_id = $1', [order.purchaseOrderId, at]);
  return order;
}

function list(account: Account) {
  return listEntitlements(database.db, account);
}

test('a duration starts at its grant', async () => {
  const account = toAccount();
  const start = new Date(Date.now() - DAY_MS);
  await grantAt(account, start, entitle('pass', 'P30D'));
  expect(await list(account)).toEqual([{ entitlement: 'pass', endsAt: new Date(start.getTime() + 30 * DAY_MS), active: true }]);
});

test('durations bought while one runs follow one another, in whatever order they are read', async () => {
  const account = toAccount();
  const start = Date.now() - DAY_MS;
  await grantAt(account, new Date(start + 2 * HOUR_MS), entitle('pass', 'P7D'));
  await grantAt(account, new Date(start), entitle('pass', 'P30D'));
  await grantAt(account, new Date(start + HOUR_MS), entitle('pass', 'P1D'));
  expect(await list(account)).toEqual([{ entitlement: 'pass', endsAt: new Date(start + 38 * DAY_MS), active: true }]);
});

test('a grant delivered late starts late: the player loses none of the time that was paid for', async () => {
  const account = toAccount();
  const start = Date.now() - 100 * DAY_MS;
  await grantAt(account, new Date(start), entitle('pass', 'P30D'));
  const late = new Date(start + 90 * DAY_MS); // Paid on day 10, delivered on day 90, after the first had ended.
  await grantAt(account, late, entitle('pass', 'P30D'));
  expect(await list(account)).toEqual([{ entitlement: 'pass', endsAt: new Date(late.getTime() + 30 * DAY_MS), active: true }]);
});

test('an entitlement whose time is over is listed as no longer active', async () => {
  const account = toAccount();
  const start = new Date(Date.now() - 31 * DAY_MS);
  await grantAt(account, start, entitle('pass', 'P30D'));
  expect(await list(account)).toMatchObject([{ entitlement: 'pass', active: false }]);
});

test('a quantity of three is three times the duration', async () => {
  const account = toAccount();
  const start = new Date('2030-01-01T00:00:00Z');
  await grantAt(account, start, entitle('pass', 'P30D', 3));
  expect((await list(account))[0]?.endsAt).toEqual(new Date(start.getTime() + 90 * DAY_MS));
});

test('months are calendar months in UTC, whatever time zone the database thinks in', async () => {
  const account = toAccount();
  await grantAt(account, new Date('2030-01-31T23:30:00Z'), entitle('vip', 'P1M'));
  for (const zone of ['Asia/Shanghai', 'America/New_York', 'UTC']) {
    const [entitlement] = await database.db.transaction(async (tx) => {
      await tx.query(`set local time zone '${zone}'`);
      return listEntitlements(tx, account);
    });
    expect(entitlement?.endsAt).toEqual(new Date('2030-02-28T23:30:00Z'));
  }
});

test('revoking the middle one of three durations moves the later ones up', async () => {
  const account = toAccount();
  const start = Date.now() - DAY_MS;
  await grantAt(account, new Date(start), entitle('pass', 'P30D'));
  const middle = await grantAt(account, new Date(start + HOUR_MS), entitle('pass', 'P30D'));
  await grantAt(account, new Date(start + 2 * HOUR_MS), entitle('pass', 'P30D'));
  await revoke(database.db, middle);
  expect((await list(account))[0]?.endsAt).toEqual(new Date(start + 60 * DAY_MS));
});

test('a grant for ever outlasts any duration, and without it the durations are there again', async () => {
  const account = toAccount();
  const start = Date.now() - DAY_MS;
  await grantAt(account, new Date(start), entitle('noads', 'P30D'));
  const forEver = await grantAt(account, new Date(start), entitle('noads', undefined));
  expect(await list(account)).toEqual([{ entitlement: 'noads', endsAt: undefined, active: true }]);
  await revoke(database.db, forEver);
  expect(await list(account)).toEqual([{ entitlement: 'noads', endsAt: new Date(start + 30 * DAY_MS), active: true }]);
});

test('revoking one of two grants for ever keeps the entitlement, revoking both takes it', async () => {
  const account = toAccount();
  const orders = [
    await grantAt(account, new Date(), entitle('noads', undefined)),
    await grantAt(account, new Date(), entitle('noads', undefined)),
  ];
  const left: number[] = [];
  for (const order of orders) {
    await revoke(database.db, order);
    left.push((await list(account)).length);
  }
  expect(left).toEqual([1, 0]);
});

test('entitlements of different names do not follow one another', async () => {
  const account = toAccount();
  const start = Date.now() - DAY_MS;
  await grantAt(account, new Date(start), entitle('pass', 'P30D'));
  await grantAt(account, new Date(start), entitle('boost', 'PT12H'));
  expect(await list(account)).toEqual([
    { entitlement: 'boost', endsAt: new Date(start + 12 * HOUR_MS), active: false },
    { entitlement: 'pass', endsAt: new Date(start + 30 * DAY_MS), active: true },
  ]);
});
