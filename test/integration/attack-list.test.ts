import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { APPLICATION_ID } from '../support/catalogue.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createInlineFulfilment, createTestCipher } from '../support/inline-fulfilment.js';
import { toAccount } from '../support/ledger.js';
import { createStorePki, type StorePki } from '../../dev/store/pki.js';
import { HTTP_STATUS } from '../../src/api/http-status.js';
import { ERROR_CODES, type ErrorCode } from '../../src/domain/error-codes.js';
import { toErrorCode } from '../../src/domain/errors.js';
import { createVerifier } from '../../src/store/index.js';

/** What only the store can shape: under a good signature nothing is refused for being unexpected. */
let database: TestDatabase;
let pki: StorePki;
let alarms: string[];
beforeAll(async () => {
  [database, pki] = await Promise.all([createTestDatabase(), createStorePki()]);
});
beforeEach(async () => {
  alarms = [];
  await database.db.query('truncate quarantine');
});
afterAll(() => database.close());

let orders = 0;

function toOrder(changes: object = {}) {
  const now = Date.now();
  orders += 1;
  return {
    purchaseOrderId: `attack-${orders}.${APPLICATION_ID}`,
    purchaseToken: `token-${orders}`,
    applicationId: APPLICATION_ID,
    environment: 'NORMAL',
    productId: 'gold60',
    productType: '0',
    purchaseTime: now - 1_000,
    developerPayload: '',
    signedTime: now,
    countryCode: 'CN',
    price: 600,
    currency: 'CNY',
    finishStatus: '2',
    needFinish: true,
    ...changes,
  };
}

/** The answer's code, and what the ledger and the quarantine hold afterwards. */
async function submit(payload: object | string) {
  const verifier = createVerifier({ trustedRoots: [pki.rootFingerprint] });
  const fulfilment = createInlineFulfilment({ db: database.db, verifier, alarm: (code) => void alarms.push(code) });
  const before = await count('purchases');
  const evidence = await pki.sign(payload);
  const code = await fulfilment.submit({ evidence, presenter: toAccount() }).then((answer) => answer.code, toErrorCode);
  return { code, stored: (await count('purchases')) - before, kept: await listKept(evidence) };
}

async function count(table: 'purchases'): Promise<number> {
  const { rows } = await database.db.query<{ count: string }>(`select count(*) from ${table}`);
  return Number(rows[0]?.count);
}

async function listKept(evidence: string): Promise<string[]> {
  const { rows } = await database.db.query<{
    code: string;
    key_id: string;
    jwe: string;
    purchase_order_id: string | null;
    environment: null;
  }>('select * from quarantine');
  const cipher = createTestCipher();
  for (const { key_id: keyId, jwe, purchase_order_id: purchaseOrderId, environment } of rows) {
    // The signature: a payload may be so short that any text holds it by chance.
    expect(jwe).not.toContain(evidence.split('.')[2]?.slice(0, 20));
    const opened = await cipher.open(
      { keyId, jwe },
      { purchaseOrderId: purchaseOrderId ?? undefined, environment: environment ?? undefined },
    );
    expect(opened).toBe(evidence);
  }
  return rows.map(({ code }) => code);
}

test.each<[string, () => object | string]>([
  ['an array', () => JSON.stringify([toOrder()])],
  ['a number', () => '7'],
  ['10,000 levels deep', () => JSON.stringify(toOrder()).replace('{', `{"later":${'['.repeat(10_000)}${']'.repeat(10_000)},`)],
  ['past the size bound', () => toOrder({ later: 'x'.repeat(262_144) })],
  ['without an order id', () => toOrder({ purchaseOrderId: undefined })],
  ['with its order id twice', () => JSON.stringify(toOrder()).replace('{', '{"purchaseOrderId":"other",')],
  ['of a new environment', () => toOrder({ environment: 'BETA' })],
  ['empty', () => ({})],
])('a payload that cannot be placed is kept encrypted, told, and not final: %s', async (_, build) => {
  const code = 'PAYLOAD_UNREADABLE';
  expect(await submit(build())).toEqual({ code, stored: 0, kept: [code] });
  expect(alarms).toEqual([code]);
  expect([HTTP_STATUS[code], ERROR_CODES[code].final]).toEqual([422, false]);
});

test.each<[string, object, ErrorCode]>([
  ['another application', { applicationId: '999' }, 'APPLICATION_UNKNOWN'],
  ['a sandbox order in production', { environment: 'SANDBOX' }, 'ENVIRONMENT_UNKNOWN'],
  ['a notification', { notificationType: 'DID_NEW_TRANSACTION' }, 'WRONG_DOCUMENT'],
])('%s has its own code, and is no purchase', async (_, changes, code) => {
  expect(await submit(toOrder(changes))).toEqual({ code, stored: 0, kept: [code] });
});

test.each([
  ['quantity 0', { quantity: 0 }],
  ['a negative quantity', { quantity: -1 }],
  ['quantity 11', { quantity: 11 }],
  ['quantity "1"', { quantity: '1' }],
  ['an unknown type', { productType: '9' }],
  ['a product with NUL in its name', { productId: 'gold60\0' }],
  ['a payload of its developer with half of a character', { developerPayload: '\ud800' }],
])('%s parks the purchase', async (_, changes) => {
  expect(await submit(toOrder(changes))).toEqual({ code: 'PAYLOAD_UNEXPECTED', stored: 1, kept: [] });
});

test.each<[string, () => object | string]>([
  ['unknown fields', () => toOrder({ later: { added: [1, { deeper: null }] }, payOrderId: 'x' })],
  ['an unknown field twice', () => JSON.stringify(toOrder({ later: 1 })).replace('{', '{"later":2,')],
  ['an application id that is a number beyond 2^53', () => JSON.stringify(toOrder()).replace(`"${APPLICATION_ID}"`, APPLICATION_ID)],
  ['a price beyond 2^53', () => JSON.stringify(toOrder()).replace('"price":600', '"price":9007199254740993')],
])('a purchase with %s is granted', async (_, build) => {
  const { code, stored } = await submit(build());
  expect([code, stored]).toEqual([undefined, 1]);
});

test('an integer beyond 2^53 reaches the ledger exactly', async () => {
  const { rows } = await database.db.query(
    `select price::text, application_id as application from purchases where price > 9007199254740992`,
  );
  expect(rows).toEqual([{ price: '9007199254740993', application: APPLICATION_ID }]);
});
