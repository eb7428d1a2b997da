import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { CREDULOUS_VERIFIER, toEvidence } from '../support/game-model.js';
import { createInlineFulfilment, createTestCipher, GOLD_INTENT } from '../support/inline-fulfilment.js';
import { toAccount, toVerified } from '../support/ledger.js';
import type { Database } from '../../src/ledger/database.js';
import { acknowledgePurchase, finishPurchase } from '../../src/ledger/finish-purchase.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

/** Counts what a submission costs beside its verification. */
function openCounted() {
  const cost = { queries: 0, transactions: 0, seals: 0 };
  const db: Database = {
    ...database.db,
    query: (text, values) => ((cost.queries += 1), database.db.query(text, values)),
    transaction: (work) => ((cost.transactions += 1), database.db.transaction(work)),
  };
  const cipher = createTestCipher();
  const counting = { ...cipher, seal: (...input: Parameters<typeof cipher.seal>) => ((cost.seals += 1), cipher.seal(...input)) };
  return { cost, fulfilment: createInlineFulfilment({ db, cipher: counting, verifier: CREDULOUS_VERIFIER }) };
}

test.each(['granted', 'finished'] as const)(
  'a repeat of a %s order costs its owner’s caller one query, and seals nothing',
  async (state) => {
    const plain = createInlineFulfilment({ db: database.db, verifier: CREDULOUS_VERIFIER });
    const presenter = toAccount();
    for (const developerPayload of ['', (await plain.createIntent({ account: presenter, ...GOLD_INTENT })).developerPayload]) {
      const order = toVerified({ developerPayload });
      const submission = { evidence: toEvidence({ ...order, price: undefined }), presenter };
      await plain.submit(submission);
      if (state === 'finished') await acknowledgePurchase(database.db, order.purchaseOrderId, undefined);
      await finishPurchase(database.db, order.purchaseOrderId);
      const { cost, fulfilment } = openCounted();
      expect(await fulfilment.submit(submission)).toMatchObject({ code: undefined, purchase: { state } });
      expect(cost).toEqual({ queries: 1, transactions: 0, seals: 0 });
    }
  },
);

test('a repeat by another account than the owner’s writes nothing either, once it is known to have presented the order', async () => {
  const [order, owner, other] = [toVerified({ price: undefined }), toAccount(), toAccount()];
  const plain = createInlineFulfilment({ db: database.db, verifier: CREDULOUS_VERIFIER });
  const evidence = toEvidence(order);
  for (const presenter of [owner, other]) await plain.submit({ evidence, presenter });
  const { cost, fulfilment } = openCounted();
  expect((await fulfilment.submit({ evidence, presenter: other })).code).toBe('OWNED_BY_ANOTHER_ACCOUNT');
  expect(cost).toEqual({ queries: 2, transactions: 0, seals: 0 });
});

test('news about a granted order is sealed and kept', async () => {
  const [order, presenter] = [toVerified({ price: undefined }), toAccount()];
  const { cost, fulfilment } = openCounted();
  await fulfilment.submit({ evidence: toEvidence(order), presenter });
  await fulfilment.submit({ evidence: toEvidence({ ...order, signedAtMs: order.signedAtMs + 1, storeFinished: true }), presenter });
  expect(cost.seals).toBe(2);
});
