import { decodeJwt } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { createStorePki, type StorePki } from '../../../dev/store/pki.js';
import { createStore } from '../../../dev/store/store.js';

const APPLICATION_ID = '5765880207854356261';
const COINS = { user: 'payer', applicationId: APPLICATION_ID, productId: 'coins.100', productType: 0 } as const;
const PASS = { ...COINS, productId: 'pass.monthly', productType: 2 } as const;
const PURCHASE_DATA = z.object({ type: z.number(), jwsPurchaseOrder: z.string().optional(), jwsSubscriptionStatus: z.string().optional() });

let pki: StorePki;
beforeAll(async () => {
  pki = await createStorePki();
});

function aStore(startAt = new Date('2026-11-24T08:00:00.500Z')) {
  let now = startAt.getTime();
  return { store: createStore({ pki, clock: () => new Date(now) }), pass: (ms: number) => (now += ms) };
}

function payloadOf(purchaseData: string): Record<string, unknown> {
  const { jwsPurchaseOrder, jwsSubscriptionStatus } = PURCHASE_DATA.parse(JSON.parse(purchaseData));
  return decodeJwt(jwsPurchaseOrder ?? jwsSubscriptionStatus ?? '');
}

test('a paid consumable is spelled field by field like the real sample, revocation and quantity absent', async () => {
  const { store } = aStore();
  const { purchaseData, purchaseOrderId, purchaseToken } = await store.pay({ ...COINS, price: 600, developerPayload: 'v1.x.y' });
  expect(payloadOf(purchaseData)).toEqual({
    purchaseOrderId,
    purchaseToken,
    applicationId: APPLICATION_ID,
    productId: 'coins.100',
    purchaseTime: Date.parse('2026-11-24T08:00:00Z'),
    productType: '0',
    developerPayload: 'v1.x.y',
    signedTime: Date.parse('2026-11-24T08:00:00.500Z'),
    environment: 'NORMAL',
    countryCode: 'CN',
    price: 600,
    currency: 'CNY',
    finishStatus: '2',
    needFinish: true,
  });
  expect(z.strictObject({ type: z.literal(0), jwsPurchaseOrder: z.string() }).safeParse(JSON.parse(purchaseData)).success).toBe(true);
});

test('order id and token have the observed form and length, with the application behind', async () => {
  const { store } = aStore();
  const { purchaseOrderId, purchaseToken } = await store.pay(COINS);
  expect(purchaseOrderId).toMatch(/^20261124160000500[0-9a-f]{9}\.5765880207854356261$/);
  expect(purchaseToken).toMatch(/^[0-9a-f]{80}\.1\.5765880207854356261$/);
  expect([purchaseOrderId.length, purchaseToken.length]).toEqual([46, 102]);
});

test('each asking is signed anew: signedTime moves, order and purchase time stay', async () => {
  const { store, pass } = aStore();
  const { purchaseOrderId, purchaseData } = await store.pay(COINS);
  pass(5000);
  const [first, second] = [payloadOf(purchaseData), payloadOf(await store.purchaseData(purchaseOrderId))];
  expect(second).toEqual({ ...first, signedTime: Number(first['signedTime']) + 5000 });
});

test('a finished order says finishStatus 1, a revoked one its code and time, and the first revocation stays', async () => {
  const { store, pass } = aStore();
  const { purchaseOrderId } = await store.pay(COINS);
  store.finish(purchaseOrderId);
  store.revoke(purchaseOrderId, '0');
  const revokedAtMs = store.clock().getTime();
  pass(1000);
  store.revoke(purchaseOrderId, '1');
  expect(payloadOf(await store.purchaseData(purchaseOrderId))).toMatchObject({
    finishStatus: '1',
    purchaseOrderRevocationReasonCode: '0',
    revocationTime: revokedAtMs,
  });
});

test('an order that is placed and not paid has no purchaseTime until it is completed', async () => {
  const { store } = aStore();
  const { purchaseOrderId } = store.place(COINS);
  expect(payloadOf(await store.purchaseData(purchaseOrderId))).not.toHaveProperty('purchaseTime');
  store.complete(purchaseOrderId);
  expect(payloadOf(await store.purchaseData(purchaseOrderId))).toHaveProperty('purchaseTime');
});

test('a developerPayload is cut at 256 characters without a word', async () => {
  const { store } = aStore();
  const { purchaseData } = await store.pay({ ...COINS, developerPayload: 'p'.repeat(300) });
  expect(payloadOf(purchaseData)['developerPayload']).toBe('p'.repeat(256));
});

test('a quantity and the sandbox are said where asked for', async () => {
  const { store } = aStore();
  const { purchaseData } = await store.pay({ ...COINS, quantity: 3, environment: 'SANDBOX' });
  expect(payloadOf(purchaseData)).toMatchObject({ quantity: 3, environment: 'SANDBOX' });
});

test('orders are listed by user, application and type', async () => {
  const { store } = aStore();
  const mine = await store.pay(COINS);
  await store.pay({ ...COINS, user: 'somebody else' });
  await store.pay({ ...COINS, applicationId: '1' });
  await store.pay(PASS);
  const found = store.listOrders({ user: 'payer', applicationId: APPLICATION_ID, productType: 0 });
  expect(found.map(({ purchaseOrderId }) => purchaseOrderId)).toEqual([mine.purchaseOrderId]);
});

test('an auto-renewable purchase is a signed sub-group status; a renewal is a new order under the same token', async () => {
  const { store } = aStore();
  const first = await store.pay(PASS);
  store.finish(first.purchaseOrderId);
  const second = await store.renew(first.purchaseOrderId);
  expect(second.purchaseToken).toBe(first.purchaseToken);
  expect(second.purchaseOrderId).not.toBe(first.purchaseOrderId);
  const status = payloadOf(second.purchaseData)['lastSubscriptionStatus'];
  expect(status).toMatchObject({
    status: '1',
    purchaseToken: first.purchaseToken,
    lastPurchaseOrder: { purchaseOrderId: second.purchaseOrderId, productType: '2', duration: 'P1M', durationTypeCode: '0' },
    recentPurchaseOrderList: [{ purchaseOrderId: first.purchaseOrderId }, { purchaseOrderId: second.purchaseOrderId }],
    renewalInfo: { expirationIntent: '7' },
  });
});

test('a subscription with an undelivered order is not charged again', async () => {
  const { store } = aStore();
  const { purchaseOrderId } = await store.pay(PASS);
  await expect(store.renew(purchaseOrderId)).rejects.toMatchObject({ code: 'RENEWAL_REFUSED' });
});

test('a subscription whose last charge is revoked is not charged again', async () => {
  const { store } = aStore();
  const { purchaseOrderId } = await store.pay(PASS);
  store.finish(purchaseOrderId);
  store.revoke(purchaseOrderId, '1');
  await expect(store.renew(purchaseOrderId)).rejects.toMatchObject({ code: 'RENEWAL_REFUSED' });
  expect(store.listOrders({ user: 'payer' })).toHaveLength(1);
});

test('an unknown order is said to be unknown', async () => {
  const { store } = aStore();
  expect(() => store.finish('nothing')).toThrow(expect.objectContaining({ code: 'ORDER_NOT_FOUND' }));
  await expect(store.purchaseData('nothing')).rejects.toMatchObject({ code: 'ORDER_NOT_FOUND' });
});
