import { afterAll, beforeAll, expect, test } from 'vitest';
import { TEST_CATALOGUE } from '../../support/catalogue.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { grant, receive, receiveAndGrant, revoke, toAccount, toVerified } from '../../support/ledger.js';
import { pollUntil } from '../../../dev/stack/poll-until.js';
import type { Goods } from '../../../src/domain/goods.js';
import { applyCatalogue, openCatalogueSource } from '../../../src/fulfilment/catalogue-source.js';
import { listBalances } from '../../../src/ledger/balances.js';
import { findCatalogue, insertCatalogue } from '../../../src/ledger/catalogue-versions.js';
import { findGrantedGoods } from '../../../src/ledger/granted-goods.js';
import { grantPurchase } from '../../../src/ledger/grant-purchase.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.close());

const [GAME] = TEST_CATALOGUE.applications;
const toCatalogue = (realm: string) => ({ applications: [{ ...GAME, realm }] });

test('each catalogue applied is the next version, and the newest is in force', async () => {
  const { db } = database;
  const first = await insertCatalogue(db, toCatalogue('one'), 'an operator', 'the first');
  const second = await insertCatalogue(db, toCatalogue('two'), 'an operator', 'the second');
  expect(second).toBeGreaterThan(first);
  expect(await findCatalogue(db)).toEqual({ version: second, catalogue: toCatalogue('two') });
});

test('applying the catalogue in force again makes no version; going back to an older one does', async () => {
  const { db } = database;
  const version = await insertCatalogue(db, toCatalogue('three'), 'an operator', 'once');
  expect(await insertCatalogue(db, toCatalogue('three'), 'an operator', 'again')).toBe(version);
  expect(await insertCatalogue(db, toCatalogue('one'), 'an operator', 'back')).toBeGreaterThan(version);
});

test('who applied a version and why is kept', async () => {
  const { db } = database;
  const version = await insertCatalogue(db, toCatalogue('told'), 'li', 'summer sale');
  const { rows } = await db.query('select applied_by, why from catalogue_versions where version = $1', [version]);
  expect(rows).toEqual([{ applied_by: 'li', why: 'summer sale' }]);
});

test('a catalogue with a fault is not stored, and the path of the fault is told', async () => {
  const { db } = database;
  const before = await findCatalogue(db);
  const bad = { applications: [{ ...GAME, environments: ['staging'] }] };
  await expect(applyCatalogue(db, bad, 'li', 'a typo')).rejects.toThrow('applications.0.environments.0');
  expect(await findCatalogue(db)).toEqual(before);
});

test('a product that names one entitlement twice is refused: it could never be granted', async () => {
  const product = { productId: 'twice', type: 'non-renewing' };
  const grants = ['P30D', 'P1D'].map((duration) => ({ kind: 'entitlement', entitlement: 'pass', duration }));
  const applied = applyCatalogue(database.db, { applications: [{ ...GAME, products: [{ ...product, grants }] }] }, 'li', 'a bonus day');
  await expect(applied).rejects.toMatchObject({ field: 'applications.0.products.0.grants: an entitlement stands here twice' });
});

test('a running process follows to the version in force', async () => {
  const { db } = database;
  const source = await openCatalogueSource({ db, initial: toCatalogue('unused'), onError: () => undefined });
  try {
    const version = await applyCatalogue(db, toCatalogue('followed'), 'li', 'sale');
    await pollUntil(() => source.current().version === version, { deadlineMs: 10_000 });
    expect(source.current().applications.get(GAME?.applicationId ?? '')?.realm).toBe('followed');
  } finally {
    source.close();
  }
});

test('a grant records the catalogue’s version and the exact amounts, and a revocation reverses these', async () => {
  const { db } = database;
  const account = toAccount();
  const dear: Goods = { currencies: [{ currency: 'gold', amount: 600n }], entitlements: [] };
  await receiveAndGrant(db, account, dear);
  const order = toVerified();
  await receive(db, order, account);
  const sale: Goods = { currencies: [{ currency: 'gold', amount: 90n }], entitlements: [] };
  await grantPurchase(db, { ...order, catalogueVersion: 7, goods: sale });
  expect(await findGrantedGoods(db, order.purchaseOrderId)).toEqual(sale);
  const { rows } = await db.query('select catalogue_version from grants where purchase_order_id = $1', [order.purchaseOrderId]);
  expect(rows).toEqual([{ catalogue_version: 7 }]);
  await revoke(db, order);
  expect(await grant(db, order, dear)).toBe('revoked');
  expect(await listBalances(db, account)).toEqual([{ currency: 'gold', amount: 600n }]);
  expect(await findGrantedGoods(db, order.purchaseOrderId)).toBeUndefined();
});
