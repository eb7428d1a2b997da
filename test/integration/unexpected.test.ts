import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { createInlineFulfilment, GOLD_INTENT } from '../support/inline-fulfilment.js';
import { countRows, OPERATOR, toAccount } from '../support/ledger.js';
import { ProductType } from '../../dev/store/iap-types.js';
import { createStorePki, type StorePki } from '../../dev/store/pki.js';
import { createStore, type Store } from '../../dev/store/store.js';
import type { PurchaseOrderId } from '../../src/domain/ids.js';
import type { VerifiedPurchase } from '../../src/domain/purchase.js';
import { listBalances } from '../../src/ledger/balances.js';
import { getPurchase } from '../../src/ledger/purchases.js';
import { listPurchaseEvents } from '../../src/ledger/timeline.js';
import { createVerifier, type Verifier } from '../../src/store/index.js';

/** What the store signs and we do not understand, from the door to the grant. */
let database: TestDatabase;
let pki: StorePki;
let store: Store;
let verifier: Verifier;
let alarms: string[];
beforeAll(async () => {
  [database, pki] = await Promise.all([createTestDatabase(), createStorePki()]);
  store = createStore({ pki, clock: () => new Date() });
  verifier = createVerifier({ trustedRoots: [pki.rootFingerprint] });
});
beforeEach(() => {
  alarms = [];
});
afterAll(() => database.close());

const open = (by: Pick<Verifier, 'verify'> = verifier) =>
  createInlineFulfilment({ db: database.db, verifier: by, alarm: (code) => void alarms.push(code) });
const gold = async (player = toAccount()) => (await listBalances(database.db, player))[0]?.amount;

/** A paid order, and copies of it that say something else. */
async function pay(order: { readonly quantity?: number; readonly developerPayload?: string } = {}) {
  const { purchaseOrderId, purchaseData } = await store.pay({
    user: 'user',
    ...GOLD_INTENT,
    ...order,
    productType: ProductType.CONSUMABLE,
  });
  const { jwsPurchaseOrder } = JSON.parse(purchaseData) as { jwsPurchaseOrder: string };
  const payload = JSON.parse(Buffer.from(jwsPurchaseOrder.split('.')[1] ?? '', 'base64url').toString()) as { signedTime: number };
  let copies = 0;
  return {
    id: purchaseOrderId as PurchaseOrderId,
    /** Signed a moment later than the copy before. */
    sign: (changes: object = {}) => pki.sign({ ...payload, signedTime: payload.signedTime + copies++, ...changes }),
  };
}

test('an order whose payment time cannot be read is kept and parked, and granted once a readable copy comes', async () => {
  const [order, presenter] = [await pay(), toAccount()];
  const answer = await open().submit({ evidence: await order.sign({ purchaseTime: 'this morning' }), presenter });
  expect(answer).toMatchObject({ code: 'PAYLOAD_UNEXPECTED', mayFinish: false, purchase: { unexpected: ['purchaseTime'] } });
  expect(alarms).toContain('PAYLOAD_UNEXPECTED');
  await expect(open().release(order.id, presenter.accountId, OPERATOR)).rejects.toMatchObject({ code: 'RELEASE_IMPOSSIBLE' });
  await open().submit({ evidence: await order.sign(), presenter });
  expect(await gold(presenter)).toBe(60n);
});

test('an order whose developerPayload cannot be read never becomes the presenter’s, and a readable copy finds its owner', async () => {
  const [owner, presenter] = [toAccount(), toAccount()];
  const { developerPayload } = await open().createIntent({ account: owner, ...GOLD_INTENT });
  const order = await pay({ developerPayload });
  const unreadable = await order.sign({ developerPayload: { text: developerPayload } });
  const answer = await open().submit({ evidence: unreadable, presenter });
  expect(answer).toMatchObject({ code: 'PAYLOAD_UNEXPECTED', purchase: { account: undefined } });
  await expect(open().release(order.id, presenter.accountId, OPERATOR)).rejects.toMatchObject({ code: 'RELEASE_IMPOSSIBLE' });
  await open().submit({ evidence: await order.sign(), presenter });
  expect([await gold(owner), await gold(presenter)]).toEqual([60n, undefined]);
});

test.each(['price', 'currency', 'finishStatus', 'signedTime', 'revocationTime'])(
  'an order whose %s cannot be read is parked, and an operator can release it',
  async (name) => {
    const [order, presenter] = [await pay(), toAccount()];
    const answer = await open().submit({ evidence: await order.sign({ [name]: { later: 'spelling' } }), presenter });
    expect(answer).toMatchObject({ code: 'PAYLOAD_UNEXPECTED', purchase: { unexpected: [name] } });
    await open().release(order.id, undefined, OPERATOR);
    expect(await gold(presenter)).toBe(60n);
  },
);

test('copies without a readable time of signing are taken for what they add, once, and take nothing back', async () => {
  const [order, presenter] = [await pay(), toAccount()];
  const submit = async (changes: object) => open().submit({ evidence: await order.sign({ signedTime: 'today', ...changes }), presenter });
  await submit({ purchaseTime: null });
  await submit({});
  expect(await getPurchase(database.db, order.id)).toMatchObject({ park: { reason: 'PAYLOAD_UNEXPECTED' }, unexpected: ['signedTime'] });
  await submit({ purchaseTime: null, quantity: 'ten' });
  await submit({});
  await open().release(order.id, undefined, OPERATOR);
  expect(await gold(presenter)).toBe(60n);
  await submit({ finishStatus: '1' });
  await submit({ finishStatus: '2' });
  const finished = await getPurchase(database.db, order.id);
  expect(finished).toMatchObject({ state: 'finished', finishedBy: 'store' });
  expect(await countRows(database.db, 'evidence', { purchaseOrderId: order.id } as VerifiedPurchase)).toBe(3);
});

test('a readable copy mends an order whose time of signing could not be read', async () => {
  const [order, presenter] = [await pay(), toAccount()];
  await open().submit({ evidence: await order.sign({ signedTime: 'today' }), presenter });
  await open().submit({ evidence: await order.sign(), presenter });
  expect(await gold(presenter)).toBe(60n);
});

test.each([0, 1, false, {}])(
  'a revocation code %j of another JSON type takes a granted order back, and people hear of it',
  async (code) => {
    const [order, presenter] = [await pay(), toAccount()];
    await open().submit({ evidence: await order.sign(), presenter });
    const revoked = await order.sign({ purchaseOrderRevocationReasonCode: code });
    expect((await open().submit({ evidence: revoked, presenter })).code).toBe('PURCHASE_REVOKED');
    expect(await gold(presenter)).toBe(0n);
    expect(alarms).toEqual(['PAYLOAD_UNEXPECTED']);
    const last = (await listPurchaseEvents(database.db, order.id)).at(-1);
    expect(last).toMatchObject({ kind: 'revoked', details: { revocationCode: JSON.stringify(code) } });
    expect(await countRows(database.db, 'evidence', { purchaseOrderId: order.id } as VerifiedPurchase)).toBe(2);
  },
);

/** A version that does not understand these fields yet. */
function withoutUnderstanding(names: readonly string[], misread: Partial<VerifiedPurchase>): Pick<Verifier, 'verify'> {
  return {
    async verify(evidence, at) {
      const { verdict, checks } = await verifier.verify(evidence, at);
      if (verdict.kind !== 'valid' || verdict.document !== 'purchase-order') return { verdict, checks };
      const [purchase] = verdict.purchases;
      return { verdict: { ...verdict, purchases: [{ ...purchase, ...misread, unexpected: names }] }, checks };
    },
  };
}

test('after an upgrade the stored evidence is read again, and the purchase granted with what it says', async () => {
  const [order, presenter] = [await pay({ quantity: 3 }), toAccount()];
  const before = open(withoutUnderstanding(['quantity'], { quantity: 1 }));
  expect((await before.submit({ evidence: await order.sign(), presenter })).code).toBe('PAYLOAD_UNEXPECTED');
  await before.recover();
  expect((await getPurchase(database.db, order.id)).park).toMatchObject({ reason: 'PAYLOAD_UNEXPECTED', number: 1 });
  await open().recover();
  expect(await gold(presenter)).toBe(180n);
});

test('after an upgrade an owner who has become readable gets the goods', async () => {
  const owner = toAccount();
  const { developerPayload } = await open().createIntent({ account: owner, ...GOLD_INTENT });
  const order = await pay({ developerPayload });
  const before = open(withoutUnderstanding(['developerPayload'], { developerPayload: '' }));
  await before.submit({ evidence: await order.sign(), presenter: toAccount() });
  await open().recover();
  expect(await gold(owner)).toBe(60n);
});

test('after an upgrade a revocation that has become readable bars the purchase', async () => {
  const [order, presenter] = [await pay(), toAccount()];
  const before = open(withoutUnderstanding(['purchaseOrderRevocationReasonCode'], { revocation: undefined }));
  await before.submit({ evidence: await order.sign({ purchaseOrderRevocationReasonCode: '1' }), presenter });
  await open().recover();
  expect(await getPurchase(database.db, order.id)).toMatchObject({ state: 'refused', revokedAt: expect.any(Date) as Date });
  expect(await gold(presenter)).toBeUndefined();
});

test('an order that was finished by the time that we hear of its payment was delivered elsewhere', async () => {
  const [order, presenter] = [await pay(), toAccount()];
  const unpaid = await open().submit({ evidence: await order.sign({ purchaseTime: null }), presenter });
  expect(unpaid.code).toBe('NOT_COMPLETED');
  const answer = await open().submit({ evidence: await order.sign({ finishStatus: '1' }), presenter });
  expect(answer).toMatchObject({ code: 'FINISHED_ELSEWHERE', mayFinish: false });
  expect(await gold(presenter)).toBeUndefined();
});

test('an order that was paid and unfinished when we first heard of it stays ours to deliver', async () => {
  const [order, presenter] = [await pay(), toAccount()];
  await open().submit({ evidence: await order.sign({ purchaseTime: null }), presenter });
  await open().submit({ evidence: await order.sign(), presenter });
  await open().submit({ evidence: await order.sign({ finishStatus: '1' }), presenter });
  expect(await gold(presenter)).toBe(60n);
});
