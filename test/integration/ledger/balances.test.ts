import { afterAll, beforeAll, expect, test } from 'vitest';
import { listBrokenPromises } from '../../support/broken-promises.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { receiveAndGrant, revoke, toAccount } from '../../support/ledger.js';
import type { Account } from '../../../src/domain/ids.js';
import type { Goods } from '../../../src/domain/goods.js';
import { findAccountKey } from '../../../src/ledger/accounts.js';
import { listBalances, spendBalance } from '../../../src/ledger/balances.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const gold = (amount: bigint): Goods => ({ currencies: [{ currency: 'gold', amount }], entitlements: [] });

async function createRichAccount(amount: bigint): Promise<Account> {
  const account = toAccount();
  await receiveAndGrant(database.db, account, gold(amount));
  return account;
}

function spend(account: Account, amount: bigint, idempotencyKey: string, currency = 'gold') {
  return spendBalance(database.db, { account, currency, amount, idempotencyKey });
}

test('L6 every balance equals the sum of its entries after grants, spends and revocations at once', async () => {
  const { db } = database;
  const goods = (names: readonly string[]): Goods => ({
    currencies: names.map((currency) => ({ currency, amount: 60n })),
    entitlements: [],
  });
  const account = await createRichAccount(1_000n);
  const orders = await Promise.all(Array.from({ length: 4 }, () => receiveAndGrant(db, account, goods(['gold', 'gem']))));
  await Promise.all([
    ...orders.map((order) => revoke(db, order)),
    ...[1, 2, 3, 4].map((each) => spend(account, 10n, `spend-${each}`)),
    ...[1, 2, 3, 4].map((each) => receiveAndGrant(db, account, goods(each % 2 === 0 ? ['gold', 'gem'] : ['gem', 'gold']))),
  ]);
  expect(await listBalances(db, account)).toEqual([
    { currency: 'gem', amount: 240n },
    { currency: 'gold', amount: 1_200n },
  ]);
  expect(await listBrokenPromises(database.db)).toEqual([]);
});

test('L6 entries of a transfer that do not sum to zero are refused by the database', async () => {
  const { db } = database;
  const account = await createRichAccount(60n);
  const key = await findAccountKey(db, account);
  const lonely = db.transaction(async (tx) => {
    const { rows } = await tx.query<{ transfer_id: string }>(
      `insert into transfers (reference, kind, environment, realm) values ('spend:test:lonely', 'spend', 'production', 'game') returning transfer_id`,
    );
    await tx.query(
      `insert into entries (transfer_id, environment, realm, account_key, currency, amount)
       values ($1, 'production', 'game', $2, 'gold', 7), ($1, 'production', 'game', null, 'gem', -7)`,
      [rows[0]?.transfer_id, key],
    );
  });
  await expect(lonely).rejects.toThrow('do not sum to zero');
  expect((await db.query(`select from transfers where reference = 'spend:test:lonely'`)).rowCount).toBe(0);
});

test('L6 the store is the counter-account and has no balance row', async () => {
  const { db } = database;
  await createRichAccount(60n);
  const { rows } = await db.query<{ nullable: string }>(
    `select is_nullable as nullable from information_schema.columns where table_name = 'balances' and column_name = 'account_key'`,
  );
  expect(rows).toEqual([{ nullable: 'NO' }]);
  expect((await db.query('select from entries where account_key is null')).rowCount).toBeGreaterThan(0);
});

test('L6 fifty spends at once take out no more than there is', async () => {
  const account = await createRichAccount(100n);
  const outcomes = await Promise.allSettled(Array.from({ length: 50 }, (_, index) => spend(account, 7n, `key-${index}`)));
  expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(14);
  for (const outcome of outcomes) if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'BALANCE_TOO_LOW' });
  expect(await listBalances(database.db, account)).toEqual([{ currency: 'gold', amount: 2n }]);
  expect(await listBrokenPromises(database.db)).toEqual([]);
});

test('L6 the table refuses a balance below the debt allowed, whatever statement tries', async () => {
  const { db } = database;
  const key = await findAccountKey(db, await createRichAccount(60n));
  const update = 'update balances set balance = $2, debt_allowed = $3 where account_key = $1';
  await expect(db.query(update, [key, -1, 0])).rejects.toMatchObject({ constraint: 'balances_not_below_debt_allowed' });
  await expect(db.query(update, [key, -11, 10])).rejects.toMatchObject({ constraint: 'balances_not_below_debt_allowed' });
  await db.query(update, [key, 60, 10]); // A debt that is allowed lets nobody spend below zero.
  const { rows } = await db.query<{ account_id: string }>('select account_id from accounts where account_key = $1', [key]);
  await expect(spend(toAccount(rows[0]?.account_id), 61n, 'too much')).rejects.toMatchObject({ code: 'BALANCE_TOO_LOW' });
});

test('entries are append-only', async () => {
  const { db } = database;
  await createRichAccount(60n);
  for (const statement of ['update entries set amount = 1', 'delete from entries', 'truncate entries']) {
    await expect(db.query(statement)).rejects.toThrow('append-only');
  }
});

test('a spend repeated under its idempotency key takes once and answers as the first time', async () => {
  const account = await createRichAccount(100n);
  expect(await spend(account, 30n, 'sword')).toEqual({ currency: 'gold', amount: 70n });
  await spend(account, 20n, 'shield');
  expect(await spend(account, 30n, 'sword')).toEqual({ currency: 'gold', amount: 70n });
  expect(await listBalances(database.db, account)).toEqual([{ currency: 'gold', amount: 50n }]);
});

test('twenty identical spends at once take once', async () => {
  const account = await createRichAccount(100n);
  const answers = await Promise.all(Array.from({ length: 20 }, () => spend(account, 30n, 'sword')));
  expect(new Set(answers.map((answer) => answer.amount))).toEqual(new Set([70n]));
  expect(await listBrokenPromises(database.db)).toEqual([]);
});

test('another request under a used idempotency key is refused and takes nothing', async () => {
  const account = await createRichAccount(100n);
  await spend(account, 30n, 'sword');
  await expect(spend(account, 31n, 'sword')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  await expect(spend(account, 30n, 'sword', 'gem')).rejects.toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED' });
  expect(await listBalances(database.db, account)).toEqual([{ currency: 'gold', amount: 70n }]);
});

test('an idempotency key is unique per account: another account may use the same', async () => {
  const [one, other] = [await createRichAccount(100n), await createRichAccount(100n)];
  await spend(one, 30n, 'sword');
  expect(await spend(other, 40n, 'sword')).toEqual({ currency: 'gold', amount: 60n });
});

test('a spend that fell short stores nothing: its key may be used again after a purchase', async () => {
  const account = await createRichAccount(10n);
  await expect(spend(account, 30n, 'sword')).rejects.toMatchObject({ code: 'BALANCE_TOO_LOW' });
  await receiveAndGrant(database.db, account, gold(50n));
  expect(await spend(account, 30n, 'sword')).toEqual({ currency: 'gold', amount: 30n });
});

test('an account that nobody knows, and a currency that was never granted, are too low', async () => {
  await expect(spend(toAccount(), 1n, 'sword')).rejects.toMatchObject({ code: 'BALANCE_TOO_LOW' });
  const account = await createRichAccount(10n);
  await expect(spend(account, 1n, 'sword', 'gem')).rejects.toMatchObject({ code: 'BALANCE_TOO_LOW' });
});

test('a spend of nothing or of less than nothing is a mistake of the program and makes no currency', async () => {
  const account = await createRichAccount(10n);
  for (const amount of [0n, -5n]) await expect(spend(account, amount, 'sword')).rejects.toThrow(TypeError);
  expect(await listBalances(database.db, account)).toEqual([{ currency: 'gold', amount: 10n }]);
});

test('amounts beyond 2^53 keep every digit', async () => {
  const account = await createRichAccount(9_007_199_254_740_993n);
  expect(await spend(account, 2n, 'sword')).toEqual({ currency: 'gold', amount: 9_007_199_254_740_991n });
});
