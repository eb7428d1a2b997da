import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { absorb, countRows, grant, OPERATOR, receive, SEALED, toAccount, toVerified } from '../../support/ledger.js';
import { ensureAccount, findAccountKey, hasPresented, insertPresentation } from '../../../src/ledger/accounts.js';
import { listBalances } from '../../../src/ledger/balances.js';
import { attachPurchase, listOperatorActs, releasePurchase, resolvePurchase } from '../../../src/ledger/operator-acts.js';
import { parkPurchase } from '../../../src/ledger/park-purchase.js';
import { getPurchase } from '../../../src/ledger/purchases.js';
import { receivePurchase } from '../../../src/ledger/receive-purchase.js';
import { listPurchaseEvents } from '../../../src/ledger/timeline.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

test('L5 the account that a tag names owns the order, found in the statement that inserts it', async () => {
  const { db } = database;
  const account = toAccount();
  const key = await ensureAccount(db, account, 'tag-of-one');
  const { purchase } = await receivePurchase(db, toVerified(), 'game', { tag: 'tag-of-one' }, SEALED);
  expect(purchase).toMatchObject({ accountKey: key, account });
});

test('L5 a later presenter, or a later tag, never takes an order from its owner', async () => {
  const { db } = database;
  const [owner, other] = [toAccount(), toAccount()];
  const otherKey = await ensureAccount(db, other, 'tag-of-other');
  const order = toVerified();
  await receive(db, order, owner);
  expect((await receive(db, order, other)).purchase.account).toEqual(owner);
  expect(await absorb(db, order, { tag: 'tag-of-other' })).toBe('none');
  const fresher = { ...order, signedAtMs: order.signedAtMs + 1, storeFinished: true };
  expect(await absorb(db, fresher, { accountKey: otherKey })).toBe('fresh-evidence');
  expect((await getPurchase(db, order.purchaseOrderId)).account).toEqual(owner);
  await grant(db, order);
  expect(await listBalances(db, other)).toEqual([]);
});

test('L5 of two accounts that present an order at once the first is the owner for both', async () => {
  const { db } = database;
  const order = toVerified();
  const receipts = await Promise.all(Array.from({ length: 10 }, () => receive(db, order, toAccount())));
  expect(new Set(receipts.map((receipt) => receipt.purchase.accountKey)).size).toBe(1);
});

test('L5 an unowned order gets an owner once, from evidence that names one', async () => {
  const { db } = database;
  const [first, second] = [await ensureAccount(db, toAccount()), await ensureAccount(db, toAccount())];
  const order = toVerified();
  await receive(db, order);
  await parkPurchase(db, order.purchaseOrderId, 'OWNER_UNKNOWN');
  expect(await absorb(db, order, { accountKey: first })).toBe('owner-found');
  expect(await absorb(db, order, { accountKey: second })).toBe('none');
  expect(await getPurchase(db, order.purchaseOrderId)).toMatchObject({ accountKey: first, park: undefined });
});

test('L5 a tag that no account holds gives an order to nobody, and presenting it again is no news', async () => {
  const { db } = database;
  const order = toVerified();
  const { purchase } = await receivePurchase(db, order, 'game', { tag: 'tag-of-nobody' }, SEALED);
  expect(purchase.accountKey).toBeUndefined();
  expect(await absorb(db, order, { tag: 'tag-of-nobody' })).toBe('none');
  expect(await countRows(db, 'evidence', order)).toBe(1);
});

test('L5 an operator attaches an unowned order, and the act is recorded with who and why', async () => {
  const { db } = database;
  const key = await ensureAccount(db, toAccount());
  const order = toVerified();
  await receive(db, order);
  await parkPurchase(db, order.purchaseOrderId, 'OWNER_UNKNOWN');
  await db.transaction((tx) => attachPurchase(tx, order.purchaseOrderId, key, OPERATOR));
  expect(await getPurchase(db, order.purchaseOrderId)).toMatchObject({ accountKey: key, park: undefined });
  expect(await listOperatorActs(db, order.purchaseOrderId)).toMatchObject([{ kind: 'attach', ...OPERATOR }]);
  expect((await listPurchaseEvents(db, order.purchaseOrderId)).at(-1)?.kind).toBe('owner-found');
  expect(await grant(db, order)).toBe('granted');
});

test('an operator’s attach of an order that is closed is refused, and not recorded as done', async () => {
  const { db } = database;
  const key = await ensureAccount(db, toAccount());
  const order = toVerified();
  await receive(db, order);
  const park = await parkPurchase(db, order.purchaseOrderId, 'OWNER_UNKNOWN');
  await db.transaction((tx) => resolvePurchase(tx, order.purchaseOrderId, park?.number ?? 0, 'refused', OPERATOR));
  const attached = db.transaction((tx) => attachPurchase(tx, order.purchaseOrderId, key, OPERATOR));
  await expect(attached).rejects.toMatchObject({ code: 'NOT_PARKED' });
  expect(await listOperatorActs(db, order.purchaseOrderId)).toMatchObject([{ kind: 'resolve' }]);
});

test('L5 not even an operator moves an order from one owner to another', async () => {
  const { db } = database;
  const owner = toAccount();
  const other = await ensureAccount(db, toAccount());
  const order = toVerified();
  await receive(db, order, owner);
  await parkPurchase(db, order.purchaseOrderId, 'FINISHED_ELSEWHERE');
  const attached = db.transaction((tx) => attachPurchase(tx, order.purchaseOrderId, other, OPERATOR));
  await expect(attached).rejects.toMatchObject({ code: 'ALREADY_OWNED' });
  const released = db.transaction((tx) => releasePurchase(tx, order.purchaseOrderId, ['FINISHED_ELSEWHERE'], other, OPERATOR));
  await expect(released).rejects.toMatchObject({ code: 'ALREADY_OWNED' });
  expect((await getPurchase(db, order.purchaseOrderId)).account).toEqual(owner);
  expect(await listOperatorActs(db, order.purchaseOrderId)).toEqual([]);
});

test('L5 an operator’s release names the owner of an unowned order, and is recorded', async () => {
  const { db } = database;
  const account = toAccount();
  const key = await ensureAccount(db, account);
  const order = toVerified();
  await receive(db, order);
  await parkPurchase(db, order.purchaseOrderId, 'FINISHED_ELSEWHERE');
  await db.transaction((tx) => releasePurchase(tx, order.purchaseOrderId, ['FINISHED_ELSEWHERE'], key, OPERATOR));
  expect(await getPurchase(db, order.purchaseOrderId)).toMatchObject({ account, released: ['FINISHED_ELSEWHERE'], park: undefined });
  expect(await listOperatorActs(db, order.purchaseOrderId)).toMatchObject([{ kind: 'release', ...OPERATOR }]);
});

test('L7 the same account id in another environment or realm is another account', async () => {
  const { db } = database;
  const { accountId } = toAccount();
  const scopes = [{}, { environment: 'sandbox' as const }, { realm: 'other-game' }].map((scope) => toAccount(accountId, scope));
  const keys = await Promise.all(scopes.map((account) => ensureAccount(db, account)));
  expect(new Set(keys).size).toBe(3);
  const [account, ...others] = scopes;
  const order = toVerified();
  await receive(db, order, account);
  await grant(db, order, {
    currencies: [{ currency: 'gold', amount: 60n }],
    entitlements: [{ entitlement: 'noads', duration: undefined, quantity: 1 }],
  });
  for (const other of others) expect(await listBalances(db, other)).toEqual([]);
});

test('L7 a tag names its account in its own realm and environment alone', async () => {
  const { db } = database;
  await ensureAccount(db, toAccount(), 'tag-of-game');
  const elsewhere = await receivePurchase(db, toVerified(), 'other-game', { tag: 'tag-of-game' }, SEALED);
  const sandbox = await receivePurchase(db, toVerified({ environment: 'sandbox' }), 'game', { tag: 'tag-of-game' }, SEALED);
  for (const { purchase } of [elsewhere, sandbox]) expect(purchase.accountKey).toBeUndefined();
});

for (const [what, scope] of [
  ['environment', { environment: 'sandbox' }],
  ['realm', { realm: 'other-game' }],
] as const) {
  test(`L7 the tables refuse an owner, an entry or a balance of another ${what}`, async () => {
    const { db } = database;
    const foreign = await ensureAccount(db, toAccount(undefined, scope));
    const refused = { code: '23503' }; // foreign_key_violation
    const order = toVerified();
    await receive(db, order);
    const owned = db.query('update purchases set account_key = $2 where purchase_order_id = $1', [order.purchaseOrderId, foreign]);
    await expect(owned).rejects.toMatchObject(refused);
    const balance = `insert into balances (environment, realm, account_key, currency, balance) values ('production', 'game', $1, 'gold', 1)`;
    await expect(db.query(balance, [foreign])).rejects.toMatchObject(refused);
    const transfer = `with transfer as (insert into transfers (reference, kind, environment, realm) values ('t', 'grant', 'production', 'game') returning *)
      insert into entries (transfer_id, environment, realm, account_key, currency, amount)
      select transfer_id, environment, realm, $1::bigint, 'gold', 1 from transfer
      union all select transfer_id, environment, realm, null, 'gold', -1 from transfer`;
    await expect(db.query(transfer, [foreign])).rejects.toMatchObject(refused);
  });
}

test('an account is created by its first mention, whoever wins a race, and keeps its first tag', async () => {
  const { db } = database;
  const account = toAccount();
  expect(await findAccountKey(db, account)).toBeUndefined();
  const keys = await Promise.all(Array.from({ length: 20 }, () => ensureAccount(db, account)));
  expect(new Set(keys).size).toBe(1);
  await ensureAccount(db, account, 'tag-first');
  await ensureAccount(db, account, 'tag-second');
  const { rows } = await db.query('select owner_tag from accounts where account_key = $1', [keys[0]]);
  expect(rows).toEqual([{ owner_tag: 'tag-first' }]);
});

test('first mentions of an account with its tag at once all succeed', async () => {
  const { db } = database;
  for (let round = 0; round < 5; round += 1) {
    const account = toAccount();
    const mentions = Array.from({ length: 10 }, () => ensureAccount(db, account, `tag-of-${account.accountId}`));
    expect(new Set(await Promise.all(mentions)).size).toBe(1);
  }
});

test('an account that presented somebody else’s order is remembered for that order alone', async () => {
  const { db } = database;
  const presenter = toAccount();
  const [order, other] = [toVerified(), toVerified()];
  for (const each of [order, other]) await receive(db, each, toAccount());
  const key = await ensureAccount(db, presenter);
  for (let times = 0; times < 2; times += 1) await insertPresentation(db, order.purchaseOrderId, key);
  expect(await hasPresented(db, order.purchaseOrderId, presenter)).toBe(true);
  expect(await hasPresented(db, other.purchaseOrderId, presenter)).toBe(false);
  expect(await hasPresented(db, order.purchaseOrderId, { ...presenter, environment: 'sandbox' })).toBe(false);
});
