import { decodeJwt } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { createDeviceIap, type DeviceIap, type DeviceIapOptions } from '../../../dev/store/device-iap.js';
import { IAPErrorCode, PurchaseQueryType } from '../../../dev/store/iap-types.js';
import { createStorePki, type StorePki } from '../../../dev/store/pki.js';
import type { PurchaseOrderPayload } from '../../../dev/store/purchase-order.js';
import { createStore } from '../../../dev/store/store.js';

const CONTEXT = {};
const COINS = { productId: 'coins.100', productType: 0 } as const;
const NO_ADS = { productId: 'no-ads', productType: 1 } as const;
const PRODUCTS = [COINS, NO_ADS].map((product) => ({ ...product, price: 600 }));

let pki: StorePki;
beforeAll(async () => {
  pki = await createStorePki();
});

function aDevice(options: Partial<DeviceIapOptions> = {}) {
  let now = Date.parse('2026-11-24T08:00:00Z');
  const store = createStore({ pki, clock: () => new Date(now) });
  const iap = createDeviceIap({ store, user: 'payer', applicationId: '5765880207854356261', products: PRODUCTS, ...options });
  return { iap, store, pass: (ms: number) => (now += ms) };
}

function readOrder(purchaseData: string): PurchaseOrderPayload {
  const { jwsPurchaseOrder } = JSON.parse(purchaseData) as { jwsPurchaseOrder: string };
  return decodeJwt(jwsPurchaseOrder);
}

async function buy(iap: DeviceIap, product: typeof COINS | typeof NO_ADS) {
  return readOrder((await iap.createPurchase(CONTEXT, product)).purchaseData);
}

async function list(iap: DeviceIap, productType: 0 | 1, queryType?: PurchaseQueryType) {
  const { purchaseDataList } = await iap.queryPurchases(CONTEXT, { productType, ...(queryType !== undefined && { queryType }) });
  return purchaseDataList.map(readOrder);
}

const CALLS = {
  createPurchase: (iap: DeviceIap) => iap.createPurchase(CONTEXT, COINS),
  queryPurchases: (iap: DeviceIap) => iap.queryPurchases(CONTEXT, { productType: 0 }),
  finishPurchase: (iap: DeviceIap) => iap.finishPurchase(CONTEXT, { productType: 0, purchaseToken: 'none', purchaseOrderId: 'none' }),
  queryProducts: (iap: DeviceIap) => iap.queryProducts(CONTEXT, { productType: 0, productIds: [COINS.productId] }),
  queryEnvironmentStatus: (iap: DeviceIap) => iap.queryEnvironmentStatus(CONTEXT),
} as const;

test.each(Object.keys(CALLS) as (keyof typeof CALLS)[])('%s can be made to fail with every code, without any effect', async (call) => {
  const { iap, store } = aDevice();
  for (const code of Object.values(IAPErrorCode)) {
    iap.failNext(call, code, 'before');
    await expect(CALLS[call](iap)).rejects.toMatchObject({ code });
  }
  expect(store.listOrders({ user: 'payer' })).toEqual([]);
});

test.each(['queryPurchases', 'queryProducts', 'queryEnvironmentStatus'] as const)('the answer of %s can be lost', async (call) => {
  const { iap } = aDevice();
  iap.failNext(call, IAPErrorCode.NETWORK_ERROR, 'after');
  await expect(CALLS[call](iap)).rejects.toMatchObject({ code: IAPErrorCode.NETWORK_ERROR });
  await expect(CALLS[call](iap)).resolves.not.toThrow();
});

test('calls of a kind that come too soon are refused without an effect, and let through once the interval is over', async () => {
  const { iap, store, pass } = aDevice({ callIntervalMs: 5_000 });
  const order = await buy(iap, COINS);
  await iap.finishPurchase(CONTEXT, { ...COINS, ...order, productType: 0 });
  pass(4_999);
  await expect(buy(iap, COINS)).rejects.toMatchObject({ code: IAPErrorCode.FREQUENT_CALLS });
  expect(store.listOrders({ user: 'payer' })).toHaveLength(1);
  pass(1);
  await expect(buy(iap, COINS)).resolves.toBeDefined();
});

test('a device lives by a clock of its own where it is given one', async () => {
  let now = 0;
  const { iap, pass } = aDevice({ callIntervalMs: 5_000, clock: () => new Date(now) });
  await iap.queryEnvironmentStatus(CONTEXT);
  pass(60_000);
  await expect(iap.queryEnvironmentStatus(CONTEXT)).rejects.toMatchObject({ code: IAPErrorCode.FREQUENT_CALLS });
  now = 5_000;
  await expect(iap.queryEnvironmentStatus(CONTEXT)).resolves.toBeUndefined();
});

test('queries of another type, pages of one query and finishes of different orders are not held apart', async () => {
  const { iap, store } = aDevice({ callIntervalMs: 5_000, pageSize: 1 });
  const paid = { user: 'payer', applicationId: '5765880207854356261', ...COINS };
  const orders = [await store.pay(paid), await store.pay(paid), await store.pay(paid)];
  let token = (await iap.queryPurchases(CONTEXT, { productType: 0 })).continuationToken;
  let pages = 1;
  for (; token !== undefined; pages += 1) {
    token = (await iap.queryPurchases(CONTEXT, { productType: 0, continuationToken: token })).continuationToken;
  }
  expect(pages).toBe(3);
  await expect(list(iap, 0)).rejects.toMatchObject({ code: IAPErrorCode.FREQUENT_CALLS });
  await expect(list(iap, 1)).resolves.toEqual([]);
  await expect(list(iap, 0, PurchaseQueryType.ALL)).resolves.toHaveLength(1);
  for (const order of orders) await iap.finishPurchase(CONTEXT, { productType: 0, ...order });
  expect(store.listOrders({ user: 'payer' }).every(({ finished }) => finished)).toBe(true);
});

test('a store that lists refunded orders shows them with their revocation, and another not at all', async () => {
  for (const listsRevoked of [true, false]) {
    const { iap, store } = aDevice({ listsRevoked });
    const { purchaseOrderId } = await buy(iap, NO_ADS);
    store.revoke(purchaseOrderId, '1');
    for (const queryType of [PurchaseQueryType.UNFINISHED, PurchaseQueryType.CURRENT_ENTITLEMENT]) {
      const shown = listsRevoked ? [{ purchaseOrderId, purchaseOrderRevocationReasonCode: '1' }] : [];
      expect(await list(iap, 1, queryType)).toMatchObject(shown);
    }
    await expect(buy(iap, NO_ADS)).resolves.toBeDefined();
  }
});

test('a payment that waits for a consent has no purchaseTime, is not listed and cannot be finished, until it is completed', async () => {
  const { iap, store } = aDevice();
  iap.holdNextPayment();
  const held = await buy(iap, COINS);
  expect(held).not.toHaveProperty('purchaseTime');
  expect(await list(iap, 0)).toEqual([]);
  const finish = { productType: 0, purchaseToken: held.purchaseToken, purchaseOrderId: held.purchaseOrderId } as const;
  await expect(iap.finishPurchase(CONTEXT, finish)).rejects.toMatchObject({ code: IAPErrorCode.PURCHASE_NOT_PAID });
  store.complete(held.purchaseOrderId);
  expect(await list(iap, 0)).toMatchObject([{ purchaseOrderId: held.purchaseOrderId, purchaseTime: expect.any(Number) as unknown }]);
  expect(await buy(iap, NO_ADS)).toHaveProperty('purchaseTime');
});

test('what was paid on another device of the same user is unfinished here, and in the way here, until either finishes it', async () => {
  const { iap, store } = aDevice();
  const other = createDeviceIap({ store, user: 'payer', applicationId: '5765880207854356261', products: PRODUCTS });
  const order = await buy(other, COINS);
  expect(await list(iap, 0)).toMatchObject([{ purchaseOrderId: order.purchaseOrderId, finishStatus: '2' }]);
  await expect(buy(iap, COINS)).rejects.toMatchObject({ code: IAPErrorCode.PRODUCT_OWNED });
  const finish = { productType: 0, purchaseToken: order.purchaseToken, purchaseOrderId: order.purchaseOrderId } as const;
  await other.finishPurchase(CONTEXT, finish);
  await expect(iap.finishPurchase(CONTEXT, finish)).rejects.toMatchObject({ code: IAPErrorCode.PURCHASE_FINISHED });
  expect(await list(iap, 0, PurchaseQueryType.ALL)).toMatchObject([{ finishStatus: '1' }]);
});
