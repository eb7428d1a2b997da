import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { createInlineFulfilment, createTestCipher, GOLD_INTENT } from '../../support/inline-fulfilment.js';
import { absorb, countRows, grant, receive, revoke, REVOCATION, SEALED, toAccount, toVerified } from '../../support/ledger.js';
import { ProductType } from '../../../dev/store/iap-types.js';
import { createStorePki, type StorePki } from '../../../dev/store/pki.js';
import { createStore, type Store } from '../../../dev/store/store.js';
import type { Account, PurchaseOrderId } from '../../../src/domain/ids.js';
import type { VerifiedPurchase } from '../../../src/domain/purchase.js';
import { ensureAccount } from '../../../src/ledger/accounts.js';
import { listBalances } from '../../../src/ledger/balances.js';
import { acknowledgePurchase, finishPurchase } from '../../../src/ledger/finish-purchase.js';
import { findEvidence, listKeyIdsInUse } from '../../../src/ledger/evidence.js';
import { getPurchase } from '../../../src/ledger/purchases.js';
import { receivePurchase } from '../../../src/ledger/receive-purchase.js';
import { createVerifier, type VerificationReport } from '../../../src/store/index.js';

let database: TestDatabase;
let pki: StorePki;
let store: Store;
beforeAll(async () => {
  [database, pki] = await Promise.all([createTestDatabase(), createStorePki()]);
  store = createStore({ pki, clock: () => new Date() });
});
afterAll(() => database.close());

function openFulfilment(keyIds: readonly string[] = ['test']) {
  const verifier = createVerifier({ trustedRoots: [pki.rootFingerprint] });
  return createInlineFulfilment({ db: database.db, verifier, cipher: createTestCipher(keyIds) });
}

async function pay() {
  const placed = await store.pay({ user: 'user', ...GOLD_INTENT, productType: ProductType.CONSUMABLE });
  return { ...placed, purchaseOrderId: placed.purchaseOrderId as PurchaseOrderId };
}

const GROUP_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** The other signature that ECDSA holds equal: (r, n − s). Anyone can make it, without the key. */
function toMirrored(purchaseData: string): string {
  const { jwsPurchaseOrder, ...rest } = JSON.parse(purchaseData) as { jwsPurchaseOrder: string };
  const [header, payload, signature = ''] = jwsPurchaseOrder.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const mirrored = GROUP_ORDER - BigInt(`0x${bytes.subarray(32).toString('hex')}`);
  bytes.write(mirrored.toString(16).padStart(64, '0'), 32, 'hex');
  return JSON.stringify({ ...rest, jwsPurchaseOrder: [header, payload, bytes.toString('base64url')].join('.') });
}

async function expectOneGrant(account: Account, spellings: readonly string[]): Promise<void> {
  expect(new Set(spellings).size).toBe(spellings.length);
  const fulfilment = openFulfilment();
  const submissions = spellings.map((evidence) => fulfilment.submit({ evidence, presenter: account }));
  for (const answer of await Promise.all(submissions)) expect(answer.purchase.account).toEqual(account);
  expect(await listBalances(database.db, account)).toEqual([{ currency: 'gold', amount: 60n }]);
}

test('L8 an order that the store signs anew is the same purchase', async () => {
  const { purchaseOrderId, purchaseData } = await pay();
  await expectOneGrant(toAccount(), [purchaseData, await store.purchaseData(purchaseOrderId), await store.purchaseData(purchaseOrderId)]);
});

test('L8 a second valid signature, made without the key, is the same purchase', async () => {
  const { purchaseData } = await pay();
  await expectOneGrant(toAccount(), [purchaseData, toMirrored(purchaseData)]);
});

test('L8 the bare JWS and the device’s whole purchaseData are the same purchase', async () => {
  const { purchaseData } = await pay();
  const { jwsPurchaseOrder } = JSON.parse(purchaseData) as { jwsPurchaseOrder: string };
  await expectOneGrant(toAccount(), [purchaseData, jwsPurchaseOrder]);
});

test('L10 evidence stands encrypted in the ledger: neither JWS nor token can be read from any row', async () => {
  const { db } = database;
  const { purchaseOrderId, purchaseToken, purchaseData } = await pay();
  await openFulfilment().submit({ evidence: purchaseData, presenter: toAccount() });
  const { jwsPurchaseOrder } = JSON.parse(purchaseData) as { jwsPurchaseOrder: string };
  const [, payload = ''] = jwsPurchaseOrder.split('.');
  for (const table of ['evidence', 'purchases', 'purchase_events', 'outgoing_events', 'grants']) {
    const { rows } = await db.query<{ line: string }>(`select line::text from ${table} as line where purchase_order_id = $1`, [
      purchaseOrderId,
    ]);
    const text = JSON.stringify(rows);
    for (const secret of [purchaseToken, payload, 'eyJhbGciOiJFUzI1NiI']) expect(text).not.toContain(secret);
  }
  const stored = await findEvidence(db, purchaseOrderId);
  const header: unknown = JSON.parse(Buffer.from(stored?.jwe.split('.')[0] ?? '', 'base64url').toString());
  expect(header).toEqual({ alg: 'dir', enc: 'A256GCM', kid: 'test', order: purchaseOrderId, environment: 'production' });
});

test('L10 evidence moved to another order or environment, or altered, does not open', async () => {
  const cipher = createTestCipher();
  const subject = { purchaseOrderId: 'one', environment: 'production' as const };
  const sealed = await cipher.seal('evidence', subject);
  expect(await cipher.open(sealed, subject)).toBe('evidence');
  const invalid = { code: 'EVIDENCE_INVALID' };
  await expect(cipher.open(sealed, { ...subject, purchaseOrderId: 'other' })).rejects.toMatchObject(invalid);
  await expect(cipher.open(sealed, { ...subject, environment: 'sandbox' })).rejects.toMatchObject(invalid);
  await expect(cipher.open({ ...sealed, jwe: sealed.jwe.replace(/.{4}$/, 'AAAA') }, subject)).rejects.toMatchObject(invalid);
});

test('L10 a header rewritten to fit the other order does not open: it is under the seal', async () => {
  const cipher = createTestCipher();
  const sealed = await cipher.seal('evidence', { purchaseOrderId: 'one', environment: 'production' });
  const [header = '', ...rest] = sealed.jwe.split('.');
  const rewritten = { ...(JSON.parse(Buffer.from(header, 'base64url').toString()) as object), order: 'other' };
  const jwe = [Buffer.from(JSON.stringify(rewritten)).toString('base64url'), ...rest].join('.');
  const opened = cipher.open({ ...sealed, jwe }, { purchaseOrderId: 'other', environment: 'production' });
  await expect(opened).rejects.toMatchObject({ code: 'EVIDENCE_INVALID' });
});

test('L10 a key ring seals with its first key and opens with every one, so that keys can be changed', async () => {
  const subject = { purchaseOrderId: 'one', environment: 'production' as const };
  const old = await createTestCipher(['2025']).seal('evidence', subject);
  const ring = createTestCipher(['2026', '2025']);
  expect(await ring.open(old, subject)).toBe('evidence');
  expect((await ring.seal('evidence', subject)).keyId).toBe('2026');
  await expect(createTestCipher(['2026']).open(old, subject)).rejects.toMatchObject({ code: 'EVIDENCE_KEY_MISSING', field: '2025' });
});

test('L10 how evidence was verified is kept beside it, check by check, and holds neither token nor JWS', async () => {
  const { db } = database;
  const { purchaseOrderId, purchaseData } = await pay();
  await openFulfilment().submit({ evidence: purchaseData, presenter: toAccount() });
  const { rows } = await db.query<{ report: VerificationReport }>('select report from evidence where purchase_order_id = $1', [
    purchaseOrderId,
  ]);
  const report = rows[0]?.report;
  expect(report).toMatchObject({ verdict: 'valid', judgedAt: expect.stringMatching(/Z$/) as string });
  const facts = Object.fromEntries(report?.checks.map((check) => [check.name, check.facts]) ?? []);
  expect(facts).toMatchObject({
    header: { algorithm: 'ES256' },
    certificates: { root: { fingerprint: pki.rootFingerprint } },
    payload: { purchaseOrderId, applicationId: GOLD_INTENT.applicationId },
  });
  const { jwsPurchaseOrder = '' } = JSON.parse(purchaseData) as { jwsPurchaseOrder?: string };
  const { purchaseToken } = JSON.parse(Buffer.from(jwsPurchaseOrder.split('.')[1] ?? '', 'base64url').toString()) as {
    purchaseToken: string;
  };
  const text = JSON.stringify(report);
  expect(text).not.toContain(purchaseToken);
  for (const part of jwsPurchaseOrder.split('.')) expect(text).not.toContain(part.slice(0, 40));
});

test('L10 a missing key parks the purchase and never refuses it; with the key back it is granted', async () => {
  const { db } = database;
  const { purchaseOrderId, purchaseData } = await pay();
  const verified = toVerified({ purchaseOrderId });
  const sealed = await createTestCipher(['lost']).seal(purchaseData, verified);
  await receivePurchase(db, verified, 'game', { accountKey: await ensureAccount(db, toAccount()) }, sealed);
  await openFulfilment().recover();
  const parked = await getPurchase(db, purchaseOrderId);
  expect(parked).toMatchObject({ state: 'received', park: { reason: 'EVIDENCE_KEY_MISSING' } });
  await openFulfilment(['test', 'lost']).recover();
  expect((await getPurchase(db, purchaseOrderId)).state).toBe('granted');
});

test('L10 a repeat without news stores nothing; a later word of the store about the finish is kept', async () => {
  const { db } = database;
  const order = toVerified();
  await receive(db, order, toAccount());
  await grant(db, order);
  expect(await absorb(db, { ...order, signedAtMs: order.signedAtMs + 1 })).toBe('none');
  expect(await absorb(db, { ...order, signedAtMs: order.signedAtMs - 1, storeFinished: true })).toBe('none');
  expect(await countRows(db, 'evidence', order)).toBe(1);
  expect(await absorb(db, { ...order, signedAtMs: order.signedAtMs + 1, storeFinished: true })).toBe('fresh-evidence');
  expect(await countRows(db, 'evidence', order)).toBe(2);
  expect(await finishPurchase(db, order.purchaseOrderId)).toBe('finished');
  expect((await getPurchase(db, order.purchaseOrderId)).finishedBy).toBe('store');
});

test('L10 evidence that completes a payment, or replaces one that was not understood, is taken in before the grant', async () => {
  const { db } = database;
  const account = toAccount();
  const unpaid = toVerified({ purchasedAtMs: undefined });
  await receive(db, unpaid, account);
  const paid = { ...unpaid, purchasedAtMs: unpaid.signedAtMs, signedAtMs: unpaid.signedAtMs + 1 };
  expect(await absorb(db, paid)).toBe('fresh-evidence');
  expect(await grant(db, paid)).toBe('granted');
});

test('L10 what is verified again is the store’s latest word, and never the evidence of a conflict', async () => {
  const { db } = database;
  const order = toVerified();
  const copy = (jwe: string, changes: Partial<VerifiedPurchase>) =>
    absorb(db, { ...order, ...changes, storeFinished: true }, undefined, { ...SEALED, jwe });
  await receive(db, order, toAccount());
  await grant(db, order);
  await copy('latest', { signedAtMs: order.signedAtMs + 2 });
  await copy('of a conflict', { signedAtMs: order.signedAtMs + 3, environment: 'sandbox' });
  await copy('revoked, signed before', { signedAtMs: order.signedAtMs + 1, revocation: REVOCATION });
  expect(await countRows(db, 'evidence', order)).toBe(4);
  expect((await findEvidence(db, order.purchaseOrderId))?.jwe).toBe('latest');
});

test('L10 ten fresh copies of the same news at once are stored once', async () => {
  const { db } = database;
  const order = toVerified();
  await receive(db, order, toAccount());
  const fresher = { ...order, signedAtMs: order.signedAtMs + 1, storeFinished: true };
  const news = await Promise.all(Array.from({ length: 10 }, () => absorb(db, fresher)));
  expect(news.filter((each) => each !== 'none')).toEqual(['fresh-evidence']);
  expect(await countRows(db, 'evidence', order)).toBe(2);
});

test('L10 the keys that open purchases need are known, so that a server without one can refuse to start', async () => {
  const own = await createTestDatabase();
  try {
    const { db } = own;
    const orders = ['open', 'granted', 'revoked', 'finished'].map((keyId) => ({ keyId, order: toVerified() }));
    for (const { keyId, order } of orders) {
      await receivePurchase(db, order, 'game', { accountKey: await ensureAccount(db, toAccount()) }, { ...SEALED, keyId });
      if (keyId !== 'open') await grant(db, order);
      if (keyId === 'revoked') await revoke(db, order);
      if (keyId === 'finished') await acknowledgePurchase(db, order.purchaseOrderId, undefined);
      await finishPurchase(db, order.purchaseOrderId);
    }
    expect((await listKeyIdsInUse(db)).toSorted()).toEqual(['granted', 'open']);
  } finally {
    await own.close();
  }
});
