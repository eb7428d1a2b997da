import { afterEach, beforeEach, expect, test } from 'vitest';
import { TEST_CATALOGUE } from '../support/catalogue.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createInlineFulfilment, createTestCipher, GOLD_INTENT } from '../support/inline-fulfilment.js';
import { toAccount } from '../support/ledger.js';
import { ProductType } from '../../dev/store/iap-types.js';
import { createStorePki, type StorePki } from '../../dev/store/pki.js';
import { createStore } from '../../dev/store/store.js';
import type { PurchaseOrderId } from '../../src/domain/ids.js';
import { listBalances } from '../../src/ledger/balances.js';
import { findPurchase } from '../../src/ledger/purchases.js';
import { createVerifier } from '../../src/store/index.js';

let database: TestDatabase;
let pki: StorePki;
beforeEach(async () => {
  [database, pki] = await Promise.all([createTestDatabase(), createStorePki()]);
});
afterEach(() => database.close());

const [game, ...others] = TEST_CATALOGUE.applications;
const WITHOUT_THE_GAME = { applications: others };
const GAME_IN_SANDBOX = { applications: [{ ...game, environments: ['sandbox'] }, ...others] };

function open(catalogue: unknown = TEST_CATALOGUE, keyIds = ['test'], now = () => new Date()) {
  const verifier = createVerifier({ trustedRoots: [pki.rootFingerprint] });
  return createInlineFulfilment({ db: database.db, verifier, catalogue, cipher: createTestCipher(keyIds), now });
}

async function pay(developerPayload = '') {
  const store = createStore({ pki, clock: () => new Date() });
  const { purchaseOrderId, purchaseData } = await store.pay({
    user: 'user',
    ...GOLD_INTENT,
    developerPayload,
    productType: ProductType.CONSUMABLE,
  });
  return { id: purchaseOrderId as PurchaseOrderId, evidence: purchaseData };
}

async function listQuarantined(): Promise<unknown[]> {
  const { rows } = await database.db.query('select code, purchase_order_id as id, application_id as application from quarantine');
  return rows;
}

test.each([
  ['APPLICATION_UNKNOWN', WITHOUT_THE_GAME],
  ['ENVIRONMENT_UNKNOWN', GAME_IN_SANDBOX],
])('an order refused as %s is granted to its owner once the catalogue serves it, with nobody presenting it again', async (code, before) => {
  const owner = toAccount();
  const { developerPayload } = await open().createIntent({ account: owner, ...GOLD_INTENT });
  const { id, evidence } = await pay(developerPayload);
  await expect(open(before).submit({ evidence, presenter: toAccount() })).rejects.toMatchObject({ code });
  await open(before).rejudgeQuarantine();
  expect(await findPurchase(database.db, id)).toBeUndefined();
  await open().rejudgeQuarantine();
  expect(await listBalances(database.db, owner)).toEqual([{ currency: 'gold', amount: 60n }]);
  expect(await listQuarantined()).toEqual([]);
});

test('an order that names nobody waits for its owner, who gets it by presenting it', async () => {
  const { id, evidence } = await pay();
  const presenter = toAccount();
  await expect(open(WITHOUT_THE_GAME).submit({ evidence, presenter })).rejects.toMatchObject({ code: 'APPLICATION_UNKNOWN' });
  await open().rejudgeQuarantine();
  expect(await findPurchase(database.db, id)).toMatchObject({ account: undefined, park: { reason: 'OWNER_UNKNOWN' } });
  await open().submit({ evidence, presenter });
  expect(await listBalances(database.db, presenter)).toEqual([{ currency: 'gold', amount: 60n }]);
});

test('evidence whose key is missing stays, and does not keep the others', async () => {
  const [lost, good] = [await pay(), await pay()];
  const presenter = toAccount();
  const refused = { code: 'APPLICATION_UNKNOWN' };
  await expect(open(WITHOUT_THE_GAME, ['lost']).submit({ evidence: lost.evidence, presenter })).rejects.toMatchObject(refused);
  await expect(open(WITHOUT_THE_GAME).submit({ evidence: good.evidence, presenter })).rejects.toMatchObject(refused);
  await open().rejudgeQuarantine();
  expect(await listQuarantined()).toMatchObject([{ id: lost.id }]);
  expect(await findPurchase(database.db, good.id)).toBeDefined();
  await open(TEST_CATALOGUE, ['test', 'lost']).rejudgeQuarantine();
  expect(await listQuarantined()).toEqual([]);
});

test('an order signed a little ahead of our clock is granted once the clock has come so far', async () => {
  const owner = toAccount();
  const { developerPayload } = await open().createIntent({ account: owner, ...GOLD_INTENT });
  const { id, evidence } = await pay(developerPayload);
  const late = () => new Date(Date.now() - 3_600_000);
  const submission = { evidence, presenter: owner };
  await expect(open(TEST_CATALOGUE, ['test'], late).submit(submission)).rejects.toMatchObject({ code: 'CLOCK_OR_CERTIFICATE_EARLY' });
  await open(TEST_CATALOGUE, ['test'], late).rejudgeQuarantine();
  expect(await findPurchase(database.db, id)).toBeUndefined();
  await open().rejudgeQuarantine();
  expect(await listBalances(database.db, owner)).toEqual([{ currency: 'gold', amount: 60n }]);
  expect(await listQuarantined()).toEqual([]);
});

test('a notification presented as a purchase is refused, and kept once for its order', async () => {
  const purchaseOrderId = 'order-of-a-notification';
  const notification = {
    notificationType: 'DID_NEW_TRANSACTION',
    notificationVersion: 'v3',
    notificationMetaData: { environment: 'NORMAL', applicationId: game?.applicationId, type: 0, purchaseToken: 'token', purchaseOrderId },
    signedTime: Date.now(),
  };
  for (let time = 0; time < 2; time += 1) {
    const submission = { evidence: await pki.sign(notification), presenter: toAccount() };
    await expect(open().submit(submission)).rejects.toMatchObject({ code: 'WRONG_DOCUMENT' });
  }
  expect(await listQuarantined()).toEqual([{ code: 'WRONG_DOCUMENT', id: purchaseOrderId, application: game?.applicationId }]);
});
