import { afterAll, beforeAll, expect, test } from 'vitest';
import { TEST_CATALOGUE } from '../../support/catalogue.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { CREDULOUS_VERIFIER, toEvidence } from '../../support/game-model.js';
import { createInlineFulfilment } from '../../support/inline-fulfilment.js';
import { receiveAndGrant, toAccount, toVerified } from '../../support/ledger.js';
import { parseCatalogue } from '../../../src/domain/parse-catalogue.js';
import { listObstacles } from '../../../src/domain/judge-purchase.js';
import { listBalances, spendBalance } from '../../../src/ledger/balances.js';
import { getPurchase } from '../../../src/ledger/purchases.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const AMOUNT_MAX = 2n ** 63n - 1n;
const QUANTITY_MAX = 2 ** 31 - 1;
const [application] = TEST_CATALOGUE.applications;

/** The test catalogue with a gold60 that is worth much more. */
function toCatalogue(amount: bigint) {
  const gold = { productId: 'gold60', type: 'consumable', grants: [{ kind: 'currency', currency: 'gold', amount: `${amount}` }] };
  return { applications: [{ ...application, products: [gold] }] };
}

const open = (catalogue?: unknown) => createInlineFulfilment({ db: database.db, verifier: CREDULOUS_VERIFIER, catalogue });

test('an order worth more than any balance can hold is parked, and granted once the catalogue is mended', async () => {
  const [order, presenter] = [toVerified({ quantity: QUANTITY_MAX }), toAccount()];
  const submission = { evidence: toEvidence({ ...order, price: undefined }), presenter };
  expect((await open(toCatalogue(10_000_000_000n)).submit(submission)).code).toBe('AMOUNT_TOO_LARGE');
  const released = open(toCatalogue(10_000_000_000n)).release(order.purchaseOrderId, undefined, { who: 'operator', why: 'paid' });
  await expect(released).rejects.toMatchObject({
    code: 'RELEASE_IMPOSSIBLE',
    field: expect.stringContaining('AMOUNT_TOO_LARGE') as string,
  });
  await open().recover();
  expect(await listBalances(database.db, presenter)).toEqual([{ currency: 'gold', amount: 60n * BigInt(QUANTITY_MAX) }]);
});

test('the largest amount that a balance can hold is no obstacle, and one more is', () => {
  const judge = (amount: bigint) => {
    const { quantity, ...order } = toVerified();
    const row = { finishedElsewhere: false, purchasedAt: new Date(), accountKey: undefined, released: [] };
    const catalogue = parseCatalogue(toCatalogue(1n), 1);
    const products = new Map([
      ['gold60', { productId: 'gold60', type: 'consumable' as const, grants: [{ kind: 'currency' as const, currency: 'gold', amount }] }],
    ]);
    const applications = new Map([...catalogue.applications].map(([id, known]) => [id, { ...known, products }]));
    return listObstacles({ ...order, ...row, quantity }, { ...catalogue, applications });
  };
  expect(judge(AMOUNT_MAX)).toEqual(['OWNER_UNKNOWN']);
  expect(judge(AMOUNT_MAX + 1n)).toEqual(['AMOUNT_TOO_LARGE', 'OWNER_UNKNOWN']);
});

test('an order that the owner’s balance cannot hold any more is parked, and granted once there is room', async () => {
  const { db } = database;
  const presenter = toAccount();
  await receiveAndGrant(db, presenter, { currencies: [{ currency: 'gold', amount: AMOUNT_MAX }], entitlements: [] });
  const order = toVerified();
  const submission = { evidence: toEvidence({ ...order, price: undefined }), presenter };
  expect(await open().submit(submission)).toMatchObject({ code: 'AMOUNT_TOO_LARGE', purchase: { park: { number: 1 } } });
  await open().recover();
  expect((await getPurchase(db, order.purchaseOrderId)).park?.number).toBe(1);
  await spendBalance(db, { account: presenter, currency: 'gold', amount: 100n, idempotencyKey: 'room' });
  await open().recover();
  expect(await listBalances(db, presenter)).toEqual([{ currency: 'gold', amount: AMOUNT_MAX - 40n }]);
});

test('a duration that no interval can hold parks the order instead of failing for ever', async () => {
  const order = toVerified({ productId: 'pass30', productType: 'non-renewing', quantity: QUANTITY_MAX });
  const answer = await open().submit({ evidence: toEvidence({ ...order, price: undefined }), presenter: toAccount() });
  expect(answer).toMatchObject({ code: 'AMOUNT_TOO_LARGE', purchase: { state: 'received' } });
});
